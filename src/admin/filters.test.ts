import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { cast } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { jobIn, queues } from '../../test/jobs.ts'
import { personalTokenOf } from '../../test/tokens.ts'

const database = await testDatabase()
const web = testApp(database)
const { root } = await cast(database)
await queues(database, web.deps)
await jobIn(database, 'completed')

test('no job is of a kind, or of a request, that no text in the database can be', async () => {
  const headers = { Authorization: `Bearer ${await personalTokenOf(web.deps, root)}` }
  const browser = await web.browserOf(root)
  for (const name of ['%00', 'a%00b', '%ED%A0%80', '%ff']) {
    const answer = await web.app.request(`/api/v1/jobs?kind=${name}`, { headers })
    assert.deepEqual([answer.status, await answer.json()], [200, { items: [], next: null }], name)
    for (const filter of ['kind', 'request'])
      assert.equal((await browser.get(`/admin/jobs?${filter}=${name}`)).status, 200, `${filter} ${name}`)
  }
})

// The whole way of a file through each real storage: in, out, and away.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { cast, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { temporaryFolder } from '../../test/folder.ts'
import { startS3 } from '../../test/s3.ts'
import { folderStorage } from '../platform/storage/folder.ts'
import { s3Storage } from '../platform/storage/s3.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { cleanUp } from './cleanup.ts'
import { keyOf, list } from './files.ts'

const MIB = 1_048_576
const database = await testDatabase()
const people = await cast(database)
const bytes = Buffer.alloc(12 * MIB, 'Crème brûlée ')
const storages: Record<string, () => Promise<Storage>> = {
  'a folder': async () => folderStorage(temporaryFolder()),
  'a bucket': async () => s3Storage(await startS3()),
}

for (const [name, open] of Object.entries(storages)) {
  test(`a file goes into ${name}, comes out as it was, and is taken`, async () => {
    const storage = await open()
    after(() => storage.close())
    const web = testApp(database, { MAX_UPLOAD_SIZE_MB: '12' }, { storage })
    const ada = await web.browserOf(people.ada)
    const tablo = await tabloOf(database, people)
    const path = `/tablos/${tablo}/files`
    const files = [
      { name: 'Crème "brûlée" 🍮.txt', bytes },
      { name: 'empty', bytes: '' },
    ]
    assert.equal((await ada.upload(path, files)).status, 303)
    assert.equal((await ada.upload(path, [{ name: 'more', bytes: Buffer.alloc(12 * MIB + 1) }])).status, 413)
    const [empty, file] = (await list(database.db, tablo)).files
    for (const [id, expected] of [
      [file?.id, bytes.toString()],
      [empty?.id, ''],
    ]) {
      const answer = await ada.get(`${path}/${id}`)
      const got = answer.location === null ? answer : await fetched(answer.location)
      assert.equal(got.status, 200)
      assert.ok(got.text === expected, 'it is the same')
      assert.equal(got.headers.get('Content-Type'), 'text/plain; charset=utf-8')
      if (id === file?.id)
        assert.equal(
          got.headers.get('Content-Disposition'),
          `attachment; filename="Cr?me \\"br?l?e\\" ??.txt"; filename*=UTF-8''Cr%C3%A8me%20%22br%C3%BBl%C3%A9e%22%20%F0%9F%8D%AE.txt`,
        )
    }
    const range = { Range: 'bytes=2-4' }
    const part = await ada.get(`${path}/${file?.id}`, range)
    assert.equal((part.location === null ? part : await fetched(part.location, range)).text, 'èm')
    await ada.post(`${path}/${file?.id}/delete`)
    assert.ok((await cleanUp({ db: database.db, storage })) > 0)
    await assert.rejects(storage.read(keyOf(tablo, file?.id ?? '')), { fault: 'missing' })
    assert.ok(await storage.read(keyOf(tablo, empty?.id ?? '')).then(stream => stream.destroy()))
  })
}

async function fetched(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(url, { headers })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

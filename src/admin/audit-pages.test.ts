import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { apiWeb, assertProblem } from '../../test/api.ts'
import { ADDRESS } from '../../test/cast.ts'
import { disablePerson, enablePerson } from '../accounts/people.ts'
import { newId } from '../platform/ids.ts'

const { db, pool, web, people, ada, eve, root, nobody } = await apiWeb()
const admin = await web.browserOf(people.root)
beforeEach(async () => {
  await pool.query('truncate audit')
  await pool.query('update users set disabled_at = null')
  await disablePerson(db, people.root, people.vera.id, ADDRESS)
})

test('only an admin finds the audit: for everybody else it does not exist', async () => {
  const browser = await web.browserOf(people.eve)
  for (const path of ['/admin/audit', '/admin/audit/export', '/admin/audit?from=x']) {
    assert.equal((await browser.get(path)).status, 404, path)
    assert.match((await web.visitor().get(path)).location ?? '', /^\/login/)
  }
  for (const who of [ada, eve]) {
    assertProblem(await who.get('/audit'), 'not_found')
    assertProblem(await who.get('/audit?kind=x'), 'not_found')
  }
  assertProblem(await nobody.get('/audit'), 'unauthenticated')
})

test('the page says who did what, from where, and keeps what is filtered by', async () => {
  const { text } = await admin.get('/admin/audit?person=vera&kind=person_disabled&from=2026-01-01')
  assert.match(text, /Root disabled Vera/)
  assert.match(text, new RegExp(`from ${ADDRESS}`))
  assert.match(text, /name="person"[^>]*value="vera"|value="vera"[^>]*name="person"/)
  assert.match(text, /<option value="person_disabled" selected/)
  assert.match(
    text,
    /href="\/admin\/audit\/export\?person=vera&amp;kind=person_disabled&amp;from=2026-01-01"/,
  )
  assert.match((await admin.get('/admin/audit?person=nobody')).text, /Nothing of this kind has happened/)
})

test('days are those of who looks', async () => {
  await pool.query('truncate audit')
  await pool.query(
    `insert into audit (id, kind, subject_id, at) values ($1, 'profile_changed', $2, '2026-06-01T22:30:00Z')`,
    [newId(), people.ada.id],
  )
  const shows = async (query: string) =>
    /changed their profile/.test((await admin.get(`/admin/audit?${query}`)).text)
  assert.deepEqual(
    [
      await shows('from=2026-06-02'),
      await shows('from=2026-06-01&to=2026-06-01'),
      await shows('to=2026-05-31'),
    ],
    [false, true, false],
  )
  await pool.query(`update users set time_zone = 'Europe/Paris' where id = $1`, [people.root.id])
  assert.deepEqual(
    [await shows('from=2026-06-02'), await shows('from=2026-06-01&to=2026-06-01')],
    [true, false],
  )
  await pool.query(`update users set time_zone = 'UTC' where id = $1`, [people.root.id])
})

test('a day that is none is said by its field, and what no database takes finds nothing', async () => {
  for (const day of ['x', '2026-02-30', '-999999-01-01', '99999-01-01', '0000-06-01']) {
    const answer = await admin.get(`/admin/audit?from=${day}`)
    assert.equal(answer.status, 422, day)
    assert.match(answer.text, /Enter a date, such as/)
  }
  for (const query of [
    'to=0001-01-01',
    'from=9999-12-30&to=9999-12-30',
    'kind=x',
    'after=x',
    `after=1.${newId()}`,
  ])
    assert.equal((await admin.get(`/admin/audit?${query}`)).status, 200, query)
  assert.equal((await admin.get('/admin/audit?person=a%00b')).status, 422)
})

test('the lines of a long audit are led through page by page', async () => {
  await pool.query(
    `insert into audit (id, kind, subject_id) select gen_random_uuid(), 'profile_changed', $1 from generate_series(1, 205) n`,
    [people.ada.id],
  )
  const counts: number[] = []
  let next: string | undefined = '/admin/audit?kind=profile_changed'
  while (next !== undefined && counts.length < 5) {
    const { text }: { text: string } = await admin.get(next.replaceAll('&amp;', '&'))
    counts.push(text.split('changed their profile').length - 1)
    next = /href="(\/admin\/audit\?[^"]*after=[^"]*)"/.exec(text)?.[1]
  }
  assert.deepEqual(counts, [100, 100, 5])
})

test('the table is a download of what the filter leaves', async () => {
  await enablePerson(db, people.root, people.vera.id, ADDRESS)
  const answer = await admin.get('/admin/audit/export?kind=person_enabled')
  assert.equal(answer.headers.get('Content-Type'), 'text/csv; charset=utf-8')
  assert.match(
    answer.headers.get('Content-Disposition') ?? '',
    /^attachment; filename="xtablo-audit-\d{4}-\d\d-\d\d\.csv"$/,
  )
  assert.equal(answer.headers.get('Cache-Control'), 'no-store')
  assert.equal(answer.text.split('\r\n').length, 3)
})

test('programs of admins read the same, filtered and page by page', async () => {
  await enablePerson(db, people.root, people.vera.id, ADDRESS)
  const all = await root.all('/audit', 1)
  assert.deepEqual(
    all.map(({ kind }) => kind),
    ['person_enabled', 'person_disabled'],
  )
  const [{ id, at, ...line }] = await root.all('/audit?kind=person_disabled')
  assert.ok(id)
  assert.match(at, /Z$/)
  assert.deepEqual(line, {
    kind: 'person_disabled',
    actor: { id: people.root.id, name: 'Root <root@example.org>' },
    subject: { id: people.vera.id, name: 'Vera <vera@example.org>' },
    address: ADDRESS,
    details: {},
  })
  assert.equal((await root.all(`/audit?person=${people.vera.id}`)).length, 2)
  assert.deepEqual(await root.all(`/audit?person=${people.ben.id}`), [])
  assert.deepEqual(
    await root.all(`/audit?since=${encodeURIComponent(new Date(Date.now() + 1e6).toISOString())}`),
    [],
  )
  assert.equal(
    (await root.all('/audit?since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59.999999999Z')).length,
    2,
  )
  for (const [query, field] of [
    ['kind=x', 'kind'],
    ['since=x', 'since'],
    ['since=0000-01-01T00:00:00Z', 'since'],
    ['person=ada', 'person'],
    ['cursor=bm9uZQ', 'cursor'],
  ] as const)
    assertProblem(await root.get(`/audit?${query}`), 'invalid', [field])
})

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, from, PASSWORD, person } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { auditKinds, recordAudit } from '../accounts/audit.ts'
import { eraseAccount } from '../accounts/closing.ts'
import { signInLimits } from '../accounts/limits.ts'
import { disablePerson, enablePerson } from '../accounts/people.ts'
import { createPersonalToken } from '../accounts/personal-tokens.ts'
import { signIn } from '../accounts/sign-in.ts'
import { transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { languages, localeOf } from '../texts/locale.ts'
import { type AuditFilter, listAudit } from './audit.ts'
import { auditCsv } from './audit-csv.ts'
import { sentenceOf } from './audit-sentence.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const english = localeOf('en', 'UTC')

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  people = await cast(database)
})

const lines = (filter: AuditFilter = {}, limit = 100) => listAudit(db, filter, { limit })
const said = async (filter?: AuditFilter) => (await lines(filter)).map(line => sentenceOf(english, line))
const csv = async (filter: AuditFilter = {}) =>
  (await Array.fromAsync(auditCsv(db, filter, english))).join('').split('\r\n')
const disable = () => disablePerson(db, people.root, people.ada.id, ADDRESS)

test('a line says who did what to whom from where, by the names of then', async () => {
  await disable()
  await pool.query(`update users set name = 'Another', email = 'another@example.org' where id = $1`, [
    people.ada.id,
  ])
  const [line] = await lines()
  assert.deepEqual(
    [line?.kind, line?.actor, line?.subject, line?.address, line?.details],
    ['person_disabled', 'Root <root@example.org>', 'Ada <ada@example.org>', ADDRESS, {}],
  )
  assert.deepEqual(await said(), ['Root disabled Ada'])
})

test('no line is changed or taken back, not even by us', async () => {
  await disable()
  for (const attempt of [
    `update audit set kind = 'signed_up'`,
    'update audit set actor_id = null',
    'delete from audit',
  ])
    await assert.rejects(pool.query(attempt), /a line of the audit is not changed/, attempt)
  assert.deepEqual(await said(), ['Root disabled Ada'])
})

test('what exactly was done stands with it: the name of a token', async () => {
  await createPersonalToken(db, people.ben, { name: 'CI', scope: 'read', days: 7 }, ADDRESS)
  const [line] = await lines()
  assert.deepEqual([line?.kind, line?.details], ['personal_token_made', { name: 'CI' }])
})

test('each kind is a sentence in each language, and one that is not known yet, too', async () => {
  for (const kind of auditKinds)
    await transaction(db, tx =>
      recordAudit(tx, { kind, subject: people.ada.id, by: people.root.id, address: null }),
    )
  await pool.query(`insert into audit (id, kind, subject_id) values ($1, 'later', $2)`, [newId(), newId()])
  const all = await lines()
  for (const language of languages) {
    const sentences = all.map(line => sentenceOf(localeOf(language, 'UTC'), line))
    assert.equal(new Set(sentences).size, auditKinds.length + 1, language)
  }
  assert.equal((await said()).at(0), 'The command line did something that a later release of Xtablo knows')
})

test('a person’s lines are those that they did and that were done to them', async () => {
  const { root, ada, ben } = people
  await disable()
  await createPersonalToken(db, ben, { name: 'CI', scope: 'read', days: 7 }, ADDRESS)
  await enablePerson(db, root, ada.id, ADDRESS)
  const both = ['Root enabled Ada', 'Root disabled Ada']
  for (const person of [ada.id, root.id, 'ada@EXAMPLE', 'Ädà', 'Root'])
    assert.deepEqual(await said({ person }), both, person)
  assert.deepEqual(await said({ person: ben.id }), ['Ben made a token'])
  for (const person of [people.eve.id, newId(), 'nobody', '%']) assert.deepEqual(await said({ person }), [])
})

test('whoever is gone is found by the name that they had', async () => {
  const { eve } = people
  await createPersonalToken(db, eve, { name: 'CI', scope: 'read', days: 7 }, ADDRESS)
  await transaction(db, tx => eraseAccount(tx, eve, ADDRESS, {}))
  await person(database, 'Another')
  for (const who of ['eve@example.org', eve.id])
    assert.deepEqual(await said({ person: who }), ['Eve closed their account', 'Eve made a token'])
})

test('lines are filtered by kind and by when', async () => {
  await disable()
  await pool.query(
    `insert into audit (id, kind, subject_id, at) values ($1, 'profile_changed', $2, '2026-01-02T00:00:00Z')`,
    [newId(), people.ada.id],
  )
  const kindsOf = async (filter: AuditFilter) => (await lines(filter)).map(({ kind }) => kind)
  assert.deepEqual(await kindsOf({ kind: 'person_disabled' }), ['person_disabled'])
  assert.deepEqual(await kindsOf({ kind: 'job_retried' }), [])
  assert.deepEqual(await kindsOf({ since: '2026-01-02T00:00:00Z', until: '2026-01-02T00:00:00.001Z' }), [
    'profile_changed',
  ])
  assert.deepEqual(await kindsOf({ until: '2026-01-02T00:00:00Z' }), [])
})

test('page by page nothing is missing or twice, those of one moment among them', async () => {
  await pool.query(
    `insert into audit (id, kind, subject_id, at)
     select gen_random_uuid(), 'profile_changed', $1, timestamptz '2026-01-01' + (n / 5) * interval '1 microsecond'
     from generate_series(1, 43) n`,
    [people.ada.id],
  )
  const { rows } = await pool.query('select id from audit order by at desc, id desc')
  const read: string[] = []
  for (let after: { at: number; id: string } | undefined; ; ) {
    const page = await listAudit(db, {}, { limit: 4, after })
    read.push(...page.map(({ id }) => id))
    const last = page.at(-1)
    if (!last) break
    after = { at: last.place, id: last.id }
  }
  assert.deepEqual(
    read,
    rows.map(({ id }) => id),
  )
})

test('as a table it is whole, in UTC, and marked as UTF-8', async () => {
  await pool.query(
    `insert into audit (id, kind, subject_id, at)
     select gen_random_uuid(), 'profile_changed', $1, timestamptz '2026-01-01' from generate_series(1, 2345) n`,
    [people.ada.id],
  )
  await disable()
  const [head, first, ...rest] = await csv()
  assert.equal(head, '\uFEFFat,kind,sentence,actor,actor_id,subject,subject_id,address,details')
  const [at = '', ...cells] = first?.split(',') ?? []
  assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.deepEqual(cells, [
    'person_disabled',
    'Root disabled Ada',
    'Root <root@example.org>',
    people.root.id,
    'Ada <ada@example.org>',
    people.ada.id,
    ADDRESS,
    '',
  ])
  assert.equal(rest.length, 2346, 'and an end')
  assert.equal((await csv({ kind: 'person_disabled' })).length, 3)
})

test('what a spreadsheet would compute is shown', async () => {
  for (const [n, name] of ['=HYPERLINK("x")', '+1', '-1+1', '@SUM(A1)', '\t=1', 'a,"b";c\r\n=d'].entries()) {
    await pool.query('truncate audit')
    await pool.query('update users set name = $2, email = $3 where id = $1', [
      people.ben.id,
      name,
      `b${n}@x.org`,
    ])
    await createPersonalToken(db, people.ben, { name: `=${n}`, scope: 'read', days: 7 }, ADDRESS)
    const [, ...table] = await csv()
    const cells = parsed(table.join('\r\n'))[0] ?? []
    for (const cell of cells) assert.doesNotMatch(cell, /^[=+\-@\t\r]/, name)
    assert.equal(cells[3]?.replace(/^'(?=[=+\-@\t])/, ''), `${name} <b${n}@x.org>`)
  }
})

test('the table is read a piece at a time, and no further than it is taken', async () => {
  await pool.query(
    `insert into audit (id, kind, subject_id) select gen_random_uuid(), 'profile_changed', $1 from generate_series(1, 5000)`,
    [people.ada.id],
  )
  const pieces = auditCsv(db, {}, english)
  const lengths: number[] = []
  for await (const piece of pieces) lengths.push(piece.split('\r\n').length - 1)
  assert.deepEqual(lengths, [1, 1000, 1000, 1000, 1000, 1000, 0])
})

test('signing in is a line; a hundred wrong passwords are one, and only for who has an account', async () => {
  const limits = signInLimits(pool, web.deps.secret)
  const given = { email: people.ada.email, password: PASSWORD }
  await signIn(db, limits, given, from)
  assert.deepEqual(await said(), ['Ada signed in'])
  for (const email of [people.ben.email, 'nobody@example.org']) {
    await limits.failed(email)
    await pool.query('update rate_limits set points = 97 where points = 1')
    for (let n = 0; n < 5; n++)
      await assert.rejects(
        signIn(db, limits, { email, password: 'x' }, { ...from, address: `198.51.100.${n}` }),
      )
    await pool.query('truncate rate_limits')
  }
  assert.deepEqual(await said(), ['Too many wrong passwords were tried for Ben', 'Ada signed in'])
  const [line] = await lines()
  assert.deepEqual([line?.actorId, line?.address], [null, '198.51.100.2'])
})

/** The rows of a table in CSV (RFC 4180). */
function parsed(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [whole, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\r\n') rows.push([])
    if (whole === '') break
  }
  return rows
}

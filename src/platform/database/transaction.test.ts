import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { cast, from } from '../../../test/cast.ts'
import { testDatabase } from '../../../test/database.ts'
import { recordAudit } from '../../accounts/audit.ts'
import { makeLink } from '../../accounts/links.ts'
import { findSession, startSession } from '../../accounts/sessions.ts'
import { record } from '../../activity/activity.ts'
import { changing, create } from '../../tablos/tablos.ts'
import { type Db, type Reader, type Tx, transaction } from './database.ts'

const database = await testDatabase()
const { db, pool } = database
const people = await cast(database)

beforeEach(() => pool.query('truncate links'))

const links = async () => (await pool.query('select from links')).rowCount
const refuse = (code: string) => (tx: Tx) =>
  sql`do ${sql.raw(`$$ begin raise exception 'refused' using errcode = '${code}'; end $$`)}`.execute(tx)

test('a transaction happens as a whole and gives what its work gives', async () => {
  const token = await transaction(db, async tx => {
    await makeLink(tx, 'setup', null)
    return makeLink(tx, 'reset', people.ada.id)
  })
  assert.equal(token.length, 43)
  assert.equal(await links(), 2)
})

test('one that throws leaves nothing, and is not tried again', async () => {
  let tries = 0
  const work = transaction(db, async tx => {
    tries++
    await makeLink(tx, 'setup', null)
    throw new Error('half-way')
  })
  await assert.rejects(work, /half-way/)
  assert.deepEqual([tries, await links()], [1, 0])
})

test('one that Postgres ends for the sake of another is run again, from its start', async () => {
  for (const code of ['40001', '40P01']) {
    await pool.query('truncate links')
    let tries = 0
    await transaction(db, async tx => {
      await makeLink(tx, 'setup', null)
      if (++tries < 4) await refuse(code)(tx)
    })
    assert.deepEqual([tries, await links()], [4, 1], code)
  }
})

test('three times, then it is a fault', async () => {
  let tries = 0
  const work = transaction(db, tx => {
    tries++
    return refuse('40P01')(tx)
  })
  await assert.rejects(work, { code: '40P01' })
  assert.equal(tries, 4)
})

test('another fault of the database is not tried again', async () => {
  let tries = 0
  const work = transaction(db, tx => {
    tries++
    return refuse('23514')(tx)
  })
  await assert.rejects(work, { code: '23514' })
  assert.equal(tries, 1)
})

/**
 * Never called: that it compiles is the test. Each line that is wrong is marked as one that does not compile, and the
 * compiler refuses a mark that stands over a line which does.
 */
export async function guardedByTheCompiler(outside: Db, inside: Tx, reader: Reader): Promise<void> {
  const entry = {
    tablo: '',
    subject: null,
    actor: '',
    kind: 'tablo_archived',
    payload: { title: '' },
  } as const
  const person = { kind: 'signed_up', subject: '', by: '', address: '' } as const
  const fields = { title: '', description: '', color: 'red' } as const

  // What changes something outside a transaction:
  // @ts-expect-error
  await record(outside, entry)
  // @ts-expect-error
  await record(reader, entry)
  // @ts-expect-error
  await recordAudit(outside, person)
  // @ts-expect-error
  await startSession(outside, '', from)
  // @ts-expect-error
  await makeLink(outside, 'setup', null)
  // @ts-expect-error
  outside.insertInto('tasks')
  // @ts-expect-error
  outside.updateTable('tasks')
  // @ts-expect-error
  outside.deleteFrom('tasks')
  // @ts-expect-error
  reader.insertInto('tasks')

  // A transaction inside another, which would commit by itself:
  // @ts-expect-error
  await create(inside, people.ada, fields)
  // @ts-expect-error
  await changing(inside, people.ada, '', 'content', async () => {})
  // @ts-expect-error
  await transaction(inside, async () => {})
  // @ts-expect-error
  await transaction(reader, async () => {})

  // And what is right compiles.
  await record(inside, entry)
  await create(outside, people.ada, fields)
  for (const each of [outside, inside, reader]) await findSession(each, '')
}

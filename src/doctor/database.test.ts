import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { testDatabase, urlOf } from '../../test/database.ts'
import { examined } from '../../test/doctor.ts'
import { temporaryFolder } from '../../test/folder.ts'
import { administer, testServer } from '../../test/server.ts'
import { migrateUp } from '../platform/database/migrate.ts'
import { MIGRATIONS_FOLDER } from '../platform/database/migrations.ts'
import { checkUpkeep } from './database.ts'

const { connection, template } = testServer()

/** The address of a database made with these settings, dropped after the tests. */
async function madeWith(name: string, settings: string): Promise<pg.PoolConfig> {
  const database = `${template}_${name}`
  await administer(connection, `create database ${database} template template0 ${settings}`)
  after(() => administer(connection, `drop database if exists ${database} with (force)`))
  return { ...connection, database }
}

async function alter(config: pg.PoolConfig, ...statements: string[]): Promise<void> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

test('missing migrations are a fault, with the command that applies them', async () => {
  const { finding } = await examined(await testDatabase('empty'))
  assert.match(
    finding('migrations'),
    /^fault: \d+ migrations are missing in the database, from 0001_accounts on\. \| xtablo migrate up/,
  )
  for (const name of ['files', 'leftovers', 'worker', 'jobs'])
    assert.match(finding(name), /^skipped: .*migrations are missing/)
})

test('a database of a later release is a warning while it serves this one, then a fault', async () => {
  for (const [serves, like] of [
    ['0.1.0', /^warning: The database was migrated by a later release \(9999_later\) and still serves/],
    ['99.0.0', /^fault: .*\(9999_later\) and serves 99\.0\.0 or later.* \| Start the later release again/],
  ] as const) {
    const database = await testDatabase()
    const folder = temporaryFolder()
    cpSync(MIGRATIONS_FOLDER, folder, { recursive: true })
    writeFileSync(join(folder, '9999_later.up.sql'), `-- serves: ${serves}\nselect 1;\n`)
    writeFileSync(join(folder, '9999_later.down.sql'), 'select 1;\n')
    await migrateUp(database.pool, { folder })
    const { finding } = await examined(database)
    assert.match(finding('migrations'), like)
  }
})

test('a database that does not keep every letter is a fault', async () => {
  const config = await madeWith('ascii', `encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'`)
  const { finding } = await examined({ url: urlOf(config) })
  assert.match(
    finding('database'),
    /^fault: The database \w+ keeps text as SQL_ASCII.* \| Make one with: create/,
  )
})

test('an account that may not do what is needed is told, with what to grant', async () => {
  const database = await testDatabase()
  const role = `${template}_limited`
  await alter(
    database.config,
    `create role ${role} login password 'hidden'`,
    'revoke create on schema public from public',
    `grant select on all tables in schema public to ${role}`,
  )
  after(() => administer(connection, `drop role ${role}`))
  const { finding } = await examined({ url: urlOf({ ...database.config, user: role, password: 'hidden' }) })
  await alter(database.config, `drop owned by ${role}`)
  assert.match(
    finding('privileges', /may not make/),
    /^fault: .*_limited may not make tables.* \| As an admin.*alter database/,
  )
  assert.match(
    finding('privileges', /read and write/),
    /^fault: .*may not read and write public\.\w+ and \d+ more tables/,
  )
})

test('what grows worse by and by is told: long transactions, dead rows, broken indexes', async () => {
  const database = await testDatabase()
  const { pool, config } = database
  assert.match((await examined(database)).finding('upkeep'), /^fine: /)
  await alter(
    config,
    'create table worn (n int) with (autovacuum_enabled = off)',
    'insert into worn select 1 from generate_series(1, 100001)',
    'delete from worn',
    'insert into worn values (1), (1)',
    'select pg_stat_force_next_flush()',
  )
  await assert.rejects(alter(config, 'create unique index concurrently broken on worn (n)'))
  const { finding } = await examined(database)
  assert.match(
    finding('upkeep', /dead/),
    /^warning: Most rows of public\.worn are dead.* \| vacuum analyze public\.worn/,
  )
  assert.match(
    finding('upkeep', /broken/),
    /^warning: The index broken is broken off\. \| reindex index broken/,
  )
  const client = new pg.Client({ ...config, application_name: 'a report' })
  await client.connect()
  await client.query('begin; select 1')
  const open = await checkUpkeep(pool, 0)
  assert.ok(
    open.some(({ says }) => /^A transaction of a report \(pid \d+\) has been open for 0 h/.test(says)),
  )
  assert.ok(!(await checkUpkeep(pool)).some(({ says }) => says.includes('a report')))
  await client.end()
})

test('text that the system sorts otherwise than before is told', async () => {
  const config = await madeWith(
    'icu',
    `encoding 'UTF8' locale_provider icu icu_locale 'en-US' lc_collate 'C' lc_ctype 'C'`,
  )
  await administer(
    connection,
    `update pg_database set datcollversion = '1' where datname = '${config.database}'`,
  )
  const { finding } = await examined({ url: urlOf(config) })
  assert.match(finding('upkeep'), /^warning: The system sorts text by other rules/)
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { testDatabase } from '../../../test/database.ts'
import {
  checkRelease,
  MigrationError,
  migrateDown,
  migrateUp,
  migrationStatus,
  pendingMigrations,
} from './migrate.ts'

type Migration = [name: string, up: string, down: string, serves?: string]

const people: Migration = ['0001_people', 'create table people (id int primary key)', 'drop table people']
const pets: Migration = ['0002_pets', 'create table pets (id int primary key)', 'drop table pets']

const serving = (serves: string, [name, up, down]: Migration): Migration => [name, up, down, serves]

function folderOf(...migrations: Migration[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'xtablo-migrations-'))
  for (const [name, up, down, serves = '0.1.0'] of migrations) {
    writeFileSync(join(folder, `${name}.up.sql`), `-- serves: ${serves}\n${up};\n`)
    writeFileSync(join(folder, `${name}.down.sql`), `${down};\n`)
  }
  after(() => rmSync(folder, { recursive: true }))
  return folder
}

async function statesOf(pool: pg.Pool, folder: string): Promise<string[]> {
  return (await migrationStatus(pool, { folder })).map(({ name, state }) => `${name} ${state}`)
}

async function schemaOf(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `select table_name, column_name, data_type from information_schema.columns
     where table_schema = 'public' order by 1, 2`,
  )
  return rows
}

test('migrations run in order, once, and can be taken back and run again', async () => {
  const { pool } = await testDatabase('empty')
  const folder = folderOf(pets, people)
  const lines: string[] = []
  assert.deepEqual(await pendingMigrations(pool, { folder }), ['0001_people', '0002_pets'])
  assert.deepEqual(await migrateUp(pool, { folder, log: line => lines.push(line) }), [
    '0001_people',
    '0002_pets',
  ])
  assert.deepEqual(lines, ['migrating: 0001_people.up.sql', 'migrating: 0002_pets.up.sql'])
  const schema = await schemaOf(pool)
  assert.deepEqual(await migrateUp(pool, { folder }), [])
  assert.deepEqual(await migrateDown(pool, 1, { folder }), ['0002_pets'])
  assert.deepEqual(await statesOf(pool, folder), ['0001_people applied', '0002_pets pending'])
  assert.deepEqual(await migrateUp(pool, { folder }), ['0002_pets'])
  assert.deepEqual(await schemaOf(pool), schema)
  assert.deepEqual(await pendingMigrations(pool, { folder }), [])
})

test('two processes that migrate an empty database at once both come up', async () => {
  const { config } = await testDatabase('empty')
  const folder = folderOf(people, ['0002_slow', 'select pg_sleep(0.2)', 'select 1'])
  const pools = [new pg.Pool(config), new pg.Pool(config), new pg.Pool(config)]
  const done = await Promise.all(pools.map(pool => migrateUp(pool, { folder })))
  await Promise.all(pools.map(pool => pool.end()))
  assert.deepEqual(done.map(names => names.length).sort(), [0, 0, 2])
})

test('a migration that fails is named, and leaves the database as it was', async () => {
  const { pool } = await testDatabase('empty')
  const folder = folderOf(people, ['0002_bad', 'create table people (id int)', 'select 1'])
  await assert.rejects(migrateUp(pool, { folder }), (error: Error) => {
    assert.ok(error instanceof MigrationError)
    assert.equal(
      error.message,
      'The migration 0002_bad.up.sql failed: relation "people" already exists. Nothing was changed.',
    )
    return true
  })
  assert.deepEqual(await statesOf(pool, folder), ['0001_people pending', '0002_bad pending'])
})

test('a migration without its down file or without the release it serves is refused', async () => {
  const { pool } = await testDatabase('empty')
  const oneWay = folderOf(people)
  rmSync(join(oneWay, '0001_people.down.sql'))
  await assert.rejects(migrateUp(pool, { folder: oneWay }), /0001_people\.down\.sql is missing/)
  const silent = folderOf(people)
  writeFileSync(join(silent, '0001_people.up.sql'), 'select 1;\n')
  await assert.rejects(
    migrateUp(pool, { folder: silent }),
    /first line of the migration 0001_people\.up\.sql/,
  )
})

test('a migration that comes before one already applied is refused', async () => {
  const { pool } = await testDatabase('empty')
  await migrateUp(pool, { folder: folderOf(pets) })
  await assert.rejects(migrateUp(pool, { folder: folderOf(people, pets) }), {
    name: 'MigrationError',
    message: /0001_people is preceding already run migration 0002_pets/,
  })
})

test('an older release starts with one warning on a newer database that still serves it', async () => {
  const { pool } = await testDatabase('empty')
  await migrateUp(pool, { folder: folderOf(people, serving('1.9.0', pets)), release: '1.10.0' })
  const lines: string[] = []
  await migrateUp(pool, { folder: folderOf(people), release: '1.9.3', log: line => lines.push(line) })
  assert.deepEqual(lines, [
    'The database was migrated by a later release (0002_pets) and still serves this release 1.9.3.',
  ])
  assert.deepEqual(await statesOf(pool, folderOf(people)), ['0001_people applied', '0002_pets unknown'])
})

test('an older release refuses a newer database that no longer serves it', async () => {
  const { pool } = await testDatabase('empty')
  await migrateUp(pool, { folder: folderOf(people, serving('1.10.0', pets)), release: '1.10.0' })
  await assert.rejects(migrateUp(pool, { folder: folderOf(people), release: '1.9.3' }), {
    name: 'MigrationError',
    message: /later release \(0002_pets\) and serves 1\.10\.0 or later, not this release 1\.9\.3/,
  })
})

test('a release finds nothing to say about its own database', async () => {
  const { pool } = await testDatabase('empty')
  const folder = folderOf(serving('9.0.0', people))
  await migrateUp(pool, { folder })
  assert.equal(await checkRelease(pool, { folder }), undefined)
})

// From the release before to this one and back again, on a database that the former made. What a later migration may do
// to it is tried by one that is planted, since this release may bring none.

import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createPersonalToken, PERSONAL_PREFIX } from '../../src/accounts/personal-tokens.ts'
import { hashToken, newToken } from '../../src/accounts/tokens.ts'
import { migrateDown, migrateUp, migrationStatus } from '../../src/platform/database/migrate.ts'
import { newId } from '../../src/platform/ids.ts'
import { root } from '../../src/platform/root.ts'
import { ADDRESS, cast, sessionOf, tabloOf } from '../cast.ts'
import { testDatabase } from '../database.ts'
import { temporaryFolder } from '../folder.ts'
import { catalogOf, rowsOf } from './catalog.ts'
import { previousRelease } from './release.ts'
import { answered, command, json, startWeb, THIS } from './serving.ts'

const previous = previousRelease()

/** The migrations of this release, and one more. */
function andAnother(serves: string, up: string, down: string): string {
  const folder = temporaryFolder()
  cpSync(join(root, 'migrations'), folder, { recursive: true })
  writeFileSync(join(folder, '9999_planted.up.sql'), `-- serves: ${serves}\n${up}\n`)
  writeFileSync(join(folder, '9999_planted.down.sql'), down)
  return folder
}

const EXPAND = `create type mood as enum ('good', 'bad');
create table moods (id uuid primary key, task_id uuid not null references tasks on delete cascade, mood mood not null);
create index moods_task_id on moods (task_id);
alter table tasks add column mood mood;
alter table users add column greeting text not null default 'Hello';
alter table files add constraint named check (name <> 'unnamed') not valid;`
const TAKEN_BACK = `alter table files drop constraint named;
alter table users drop column greeting;
alter table tasks drop column mood;
drop table moods;
drop type mood;`

/** A database that the release before has made and in which people have worked with it. */
async function madeByPrevious() {
  const database = await testDatabase('empty')
  const web = await startWeb(previous.main, database)
  const people = await cast(database)
  const tablo = await tabloOf(database, people)
  const token = PERSONAL_PREFIX + newToken()
  // Not by our own command, which knows the schema of this release alone.
  await database.pool.query(
    `insert into personal_tokens (id, user_id, name, scope, token_hash, expires_at)
     values ($1, $2, 'A script', 'write', $3, now() + interval '7 days')`,
    [newId(), people.ada.id, hashToken(token)],
  )
  const session = await sessionOf(database, people.ben)
  const { id } = await answered<{ id: string }>(
    web.api(token, `/tablos/${tablo}/tasks`, json('POST', { title: 'Bake' })),
    201,
  )
  const move = json('POST', { status: 'done', after: null })
  await answered(web.api(token, `/tasks/${id}/move`, move), 200)
  const upload = { method: 'POST', body: 'Flour', headers: { 'Content-Type': 'application/octet-stream' } }
  await answered(web.api(token, `/tablos/${tablo}/files?name=list.txt`, upload), 201)
  assert.equal(await web.stop(), 0)
  return { database, tablo, token, session }
}

/** Rows with these columns alone, each as text, in order. */
const cutTo = (columns: string[], rows: Record<string, unknown>[]) =>
  rows.map(row => JSON.stringify(columns.map(column => row[column]))).sort()

test('a database of the release before is migrated with every row, and back to exactly what it was', async () => {
  const { database, tablo, token, session } = await madeByPrevious()
  const { pool } = database
  const [catalog, rows] = [await catalogOf(pool), await rowsOf(pool)]
  assert.ok(['users', 'tasks', 'files', 'activity'].every(name => rows.get(name)?.length))

  const migrate = command(THIS, database, 'migrate', 'up')
  assert.equal(await migrate.ended, 0, migrate.said())
  const folder = andAnother(previous.version, EXPAND, TAKEN_BACK)
  await migrateUp(pool, { folder })
  const since = (await migrationStatus(pool, { folder })).filter(
    ({ name }) => !catalog.some(line => line.startsWith(`migration ${name} `)),
  )
  assert.equal(since.at(-1)?.name, '9999_planted')
  const after = await rowsOf(pool)
  for (const [name, all] of rows) {
    const columns = Object.keys(all[0] ?? {})
    assert.deepEqual(cutTo(columns, after.get(name) ?? []), cutTo(columns, all), name)
  }

  const web = await startWeb(THIS, database)
  const { items } = await answered<{ items: { title: string }[] }>(
    web.api(token, `/tablos/${tablo}/tasks`),
    200,
  )
  assert.deepEqual(
    items.map(({ title }) => title),
    ['Bake'],
  )
  assert.equal((await web.browser().carry(session).get(`/tablos/${tablo}`)).status, 200)
  await web.stop()

  await migrateDown(pool, since.length, { folder })
  assert.deepEqual(await catalogOf(pool), catalog)
})

test('the release before starts with one warning on a newer database that serves it, and works', async () => {
  const database = await testDatabase()
  await migrateUp(database.pool, { folder: andAnother(previous.version, EXPAND, TAKEN_BACK) })
  const people = await cast(database)
  const tablo = await tabloOf(database, people)
  const given = { name: 'A script', scope: 'write', days: 7 } as const
  const token = await createPersonalToken(database.db, people.ada, given, ADDRESS)
  const web = await startWeb(previous.main, database)
  const warnings = web.said().match(/.*migrated by a later release.*/g)
  assert.equal(warnings?.length, 1, web.said())
  assert.match(warnings?.[0] ?? '', /\(9999_planted\) and still serves this release 0\.1\.0/)
  assert.deepEqual(await (await fetch(`${web.url}readyz`)).json(), { status: 'ok', db: 'ok' })
  await answered(web.api(token, `/tablos/${tablo}/tasks`, json('POST', { title: 'Bake' })), 201)
  const worker = command(previous.main, database, 'worker')
  await worker.says(/worker heartbeat/)
  assert.equal(worker.said().match(/migrated by a later release/g)?.length, 1, worker.said())
  worker.process.kill('SIGTERM')
  assert.deepEqual([await worker.ended, await web.stop()], [0, 0])
})

test('the release before refuses to start where the schema no longer serves it, and says what to do', async () => {
  const database = await testDatabase()
  await migrateUp(database.pool, { folder: andAnother('0.2.0', 'select 1;', 'select 1;') })
  for (const name of ['web', 'worker']) {
    const refused = command(previous.main, database, name)
    assert.equal(await refused.ended, 1, refused.said())
    assert.match(
      refused.said(),
      /later release \(9999_planted\) and serves 0\.2\.0 or later, not this release 0\.1\.0: start that release, or take its migrations back/,
    )
  }
})

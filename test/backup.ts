// An installation with everything in it that is hard to carry over, and what it takes to compare two of them.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pino } from 'pino'
import { signingKey } from '../src/accounts/signing-keys.ts'
import { heartbeat } from '../src/admin/heartbeat.ts'
import { backUp } from '../src/backup/backup.ts'
import { quoted, readTables } from '../src/backup/catalog.ts'
import { nameOf, type Summary } from '../src/backup/manifest.ts'
import { type Verified, verify } from '../src/backup/reading.ts'
import { type Restored, restore } from '../src/backup/restore.ts'
import { transaction } from '../src/platform/database/database.ts'
import { enqueue } from '../src/platform/jobs/enqueue.ts'
import type { Storage } from '../src/platform/storage/storage.ts'
import { type Cast, cast, tabloOf } from './cast.ts'
import type { TestDatabase } from './database.ts'
import { send } from './files.ts'
import { temporaryFolder } from './folder.ts'
import { queues } from './jobs.ts'

export const SECRET = 'the secret of a backup, all of it'

export interface Installation {
  database: TestDatabase
  storage: Storage
  secret: string
}

export const installation = (database: TestDatabase, storage: Storage, secret = SECRET): Installation => ({
  database,
  storage,
  secret,
})

const log = pino({ level: 'silent' })
const endless = new AbortController().signal

/** Text that an escape too few or too many would spoil. */
const ODD = 'tab\t, line\n, return\r, \\N, \\., \\, "quotes", it’s 日本語 🧁\u0001 \u{10FFFF} end\\'

/** Fills it with people, a Tablo, odd content of every type, jobs, and files. */
export async function fill({ database, storage, secret }: Installation): Promise<Cast & { tablo: string }> {
  const { db, pool } = database
  const people = await cast(database)
  const tablo = await tabloOf(database, people, ODD.trim())
  await pool.query(
    `insert into tasks (id, tablo_id, title, description, status, position, created_by)
     select gen_random_uuid(), $1, $2, case n % 3 when 0 then '' when 1 then $2 else repeat($2, 50) end, 'done',
       'a' || lpad(n::text, 6, '0'), case when n % 2 = 0 then $3::uuid end
     from generate_series(1, 3000) n`,
    [tablo, ODD, people.ada.id],
  )
  await pool.query(
    `insert into tasks (id, tablo_id, title, description, status, position, created_at, updated_at)
     values (gen_random_uuid(), $1, 'huge', $2, 'in_review', 'a0', 'infinity', '-infinity')`,
    [tablo, `${ODD}`.repeat(5_000)],
  )
  await pool.query(
    `insert into activity (id, tablo_id, version, actor_id, kind, payload, at)
     values (gen_random_uuid(), $1, 9007199254740993, $2, 'task_added', $3, '0044-03-15 12:00:00.123456+00 BC')`,
    [
      tablo,
      people.ada.id,
      JSON.stringify({ title: ODD.replaceAll('\u0000', ''), deep: [1.5, null, true, {}] }),
    ],
  )
  await pool.query('insert into idempotency_keys values ($1, $2, $3, gen_random_uuid(), now())', [
    people.ben.id,
    ODD,
    Buffer.from([0, 1, 92, 255]),
  ])
  await queues(database, { db, log, storage })
  await transaction(db, tx => enqueue(tx, heartbeat, {}))
  await signingKey(db, secret, log)
  await sendFiles({ database, storage, secret }, people, tablo)
  return { ...people, tablo }
}

async function sendFiles({ database, storage }: Installation, { ada }: Cast, tablo: string): Promise<void> {
  const config = { maxUploadBytes: 50_000_000, tabloQuotaBytes: undefined }
  const sizes = [0, 1, 511, 512, 513, 70_000, 6_000_000]
  for (const size of sizes) {
    const bytes = Buffer.from(Array.from({ length: Math.min(size, 70_000) }, (_, n) => (n * 31) % 256))
    const whole = Buffer.alloc(size, size > 0 ? bytes : undefined)
    await send({ db: database.db, storage, log, config }, ada, tablo, {
      name: `${size} ${ODD}`,
      bytes: whole,
    })
  }
}

export type Rows = Record<string, string[]>

/** Every row of every table, as Postgres writes it; the hash of one that is long. */
export async function rowsOf({ pool }: TestDatabase): Promise<Rows> {
  const client = await pool.connect()
  try {
    const rows: Rows = {}
    for (const table of await readTables(client)) {
      const found = await client.query(
        `select case when length(t::text) < 10000 then t::text else md5(t::text) end as row from ${quoted(table)} t`,
      )
      rows[nameOf(table)] = found.rows.map(({ row }) => row).sort()
    }
    return rows
  } finally {
    client.release()
  }
}

/** Both have the same rows, table by table. */
export function assertSameRows(actual: Rows, expected: Rows): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected))
  for (const [table, rows] of Object.entries(expected)) assert.deepEqual(actual[table], rows, table)
}

/** Every listed file has the same bytes in both storages. */
export async function assertSameObjects(
  { pool }: TestDatabase,
  actual: Storage,
  expected: Storage,
): Promise<void> {
  const { rows } = await pool.query(`select tablo_id, id from files where state = 'stored'`)
  assert.ok(rows.length > 0)
  for (const { tablo_id, id } of rows) {
    const key = `files/${tablo_id}/${id}`
    const [one, other] = await Promise.all([actual, expected].map(storage => hashOf(storage, key)))
    assert.equal(one, other, key)
  }
}

async function hashOf(storage: Storage, key: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of await storage.read(key)) hash.update(chunk)
  return hash.digest('hex')
}

/** The bytes of a backup, and what it told. */
export async function archiveOf(
  { database, storage }: Installation,
  signal = endless,
): Promise<{ archive: Buffer; told: Summary }> {
  const { bytes, told } = backUp({ connection: database.config, storage }, 'backup', signal)
  const archive = await buffer(bytes)
  return { archive, told }
}

const folder = temporaryFolder()
let files = 0

/** A file with these bytes. */
export async function fileOf(archive: Uint8Array): Promise<string> {
  const path = join(folder, `${++files}.tar`)
  await writeFile(path, archive)
  return path
}

/** Restores an archive as the command does, but for the look at its release. */
export async function restoreInto(
  { database, storage, secret }: Installation,
  path: string,
  {
    replace = false,
    verified,
    signal = endless,
  }: { replace?: boolean; verified?: Verified; signal?: AbortSignal } = {},
): Promise<Restored> {
  const deps = { connection: database.config, storage, db: database.db, secret }
  return restore(deps, { path, verified: verified ?? (await verify(path)), replace }, signal)
}

// One moment of the database, while the product goes on writing: a repeatable-read transaction, which sees what was
// committed when it began and nothing later. Before it begins, its tables are locked against changes of their form (not
// of their content), and the objects of files against the cleanup (files/hold.ts).
//
// The transaction ends when the tables are read. The files, which may take hours, come after that: their list is a
// cursor that outlives it, kept by Postgres and fetched in pieces, so that neither a migration nor the vacuum has to
// wait for them, and memory does not grow with their number.

import pg from 'pg'
import { to } from 'pg-copy-streams'
import { holdObjects } from '../files/hold.ts'
import type { Deps } from '../platform/deps.ts'
import { version } from '../platform/root.ts'
import { quoted, quotedColumns, readMigrations, readSequences, readTables } from './catalog.ts'
import { connectAlone } from './connection.ts'
import { BackupError } from './errors.ts'
import { FORMAT, type Manifest, nameOf, type Table } from './manifest.ts'

/** A file as its row has it. */
export interface StoredFile {
  readonly id: string
  readonly tablo_id: string
  readonly size: number
  readonly sha256: Buffer
}

export interface Snapshot {
  readonly manifest: Manifest
  /** The rows of a table, in the text format of COPY. */
  copy(table: Table): ReturnType<typeof to>
  /** How many rows a copy that was read to its end has had. */
  rowsOf(copy: ReturnType<typeof to>): Promise<number>
  /** The stored files. Ends the transaction: to be asked for after the last table. */
  files(): AsyncGenerator<StoredFile>
  close(): Promise<void>
}

const FILES_AT_ONCE = 500
/** How often the tables may change their form just when they are about to be locked. */
const ATTEMPTS = 5

/** Takes the snapshot. Throws a BackupError for a database with nothing of Xtablo in it. */
export async function takeSnapshot(
  connection: Deps['connection'],
  command: string,
  signal: AbortSignal,
): Promise<Snapshot> {
  const client = await connectAlone(connection, command, signal)
  try {
    await holdObjects(client)
    const manifest = await begin(client)
    return {
      manifest,
      copy: table =>
        client.query(to(`copy (select ${quotedColumns(table)} from ${quoted(table)}) to stdout`)),
      rowsOf: async copy => {
        // The count comes after the last row; an answer to something else comes after both.
        await client.query('select')
        return copy.rowCount
      },
      files: () => files(client, manifest.tables.map(nameOf).includes('public.files')),
      close: () => client.end(),
    }
  } catch (error) {
    await client.end()
    throw error
  }
}

async function begin(client: pg.Client): Promise<Manifest> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await readTables(client)
    if (before.length === 0) break
    await client.query('begin isolation level repeatable read read only')
    try {
      // The lock is not yet a look: what is committed while it waits is seen.
      await client.query(`lock table ${before.map(quoted).join(', ')} in access share mode`)
      const manifest = await describe(client)
      if (manifest.migrations.length === 0) break
      if (JSON.stringify(manifest.tables) === JSON.stringify(before)) return manifest
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE)) throw error
    }
    await client.query('rollback')
  }
  throw new BackupError('There is nothing to back up: the database was never migrated.')
}

const UNDEFINED_TABLE = '42P01'

async function describe(client: pg.Client): Promise<Manifest> {
  const { rows } = await client.query<{ now: Date; postgres: string }>(
    `select now() as now, current_setting('server_version') as postgres`,
  )
  return {
    product: 'xtablo',
    format: FORMAT,
    release: version,
    made_at: rows[0]?.now.toISOString() ?? '',
    postgres: rows[0]?.postgres ?? '',
    migrations: await readMigrations(client),
    tables: await readTables(client),
    sequences: await readSequences(client),
  }
}

async function* files(client: pg.Client, areThere: boolean): AsyncGenerator<StoredFile> {
  // An archive of a schema from before there were files is as good as any.
  if (areThere) {
    await client.query(
      `declare stored no scroll cursor with hold for
       select id, tablo_id, size, sha256 from files where state = 'stored' order by tablo_id, id`,
    )
  }
  await client.query('commit')
  if (!areThere) return
  for (;;) {
    const { rows } = await client.query<StoredFile>(`fetch ${FILES_AT_ONCE} from stored`)
    yield* rows
    if (rows.length < FILES_AT_ONCE) return
  }
}

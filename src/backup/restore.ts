// A restore has read all of its archive before it begins (reading.ts). Then it is one transaction: the rows go in
// (loading.ts), the objects are put into the storage, the seal of the archive is looked at once more, and only then it
// commits. Until that moment the installation is the one from before, whatever ends the restore, which can then simply
// be run again.
//
// Objects are outside of the transaction, but never changed once they are written, and their keys name files that only
// one installation has ever made. So those of the archive do no harm to those of before. One that is there already is
// kept if its bytes are right: the file is in what is replaced as well, or the storage outlived its database, or a
// restore before this one was killed. And what only the replaced installation knew stays in the new database as a row
// that is being removed: the cleanup takes the object, and no crash can leave one that nobody knows of.

import { createHash } from 'node:crypto'
import type pg from 'pg'
import { dropUnopened } from '../accounts/authenticators.ts'
import { renewUnopened } from '../accounts/signing-keys.ts'
import { isDatabaseLost } from '../platform/database/lost.ts'
import type { Deps } from '../platform/deps.ts'
import { type Storage, StorageError } from '../platform/storage/storage.ts'
import { connectAlone } from './connection.ts'
import { BackupError } from './errors.ts'
import { beginLoading } from './loading.ts'
import { type Fault, nameOf } from './manifest.ts'
import { checkPlace } from './place.ts'
import { readContent, type Verified } from './reading.ts'

export interface Restored {
  /** The tables that were not Xtablo's, and so were left out */
  readonly foreign: string[]
  /** How many objects of before are left to the cleanup */
  readonly leftOver: number
  /** The key that signed access tokens and that this secret does not open: a new one has its place */
  readonly lostKey: string | undefined
  /** The e-mail addresses of those whose authenticator this secret does not open: they have none any more */
  readonly lostAuthenticators: readonly string[]
}

/**
 * Restores an archive that `verify` and `checkRelease` have let pass. Throws a BackupError when it may not, and whatever
 * else goes wrong; the installation is then as it was.
 */
export async function restore(
  { connection, storage, db, secret }: Pick<Deps, 'connection' | 'storage' | 'db' | 'secret'>,
  { path, verified, replace }: { path: string; verified: Verified; replace: boolean },
  signal: AbortSignal,
): Promise<Restored> {
  const client = await connectAlone(connection, 'restore', signal)
  const fill = async () => {
    await checkPlace(client, { replace })
    await client.query('begin')
    await rememberFiles(client)
    const foreign = await load(client, storage, path, verified, signal)
    const leftOver = await leaveToCleanup(client)
    await client.query('analyze')
    return { foreign, leftOver }
  }
  try {
    // The signal cuts the connection, so it is the reason for whatever was asked on it last.
    const filled = await fill().finally(() => signal.throwIfAborted())
    await commit(client)
    const lostKey = await renewUnopened(db, secret)
    return { ...filled, lostKey, lostAuthenticators: await dropUnopened(db, secret) }
  } finally {
    await client.end().catch(() => {})
  }
}

/** When the connection ends right here, nobody knows whether Postgres was still told. */
async function commit(client: pg.Client): Promise<void> {
  await client.query('commit').catch(error => {
    if (!isDatabaseLost(error)) throw error
    throw new BackupError(
      'The connection ended while the restore was made final, so either everything is as before or it is all restored: start Xtablo and look, or run the restore again with --replace.',
      { cause: error },
    )
  })
}

async function load(
  client: pg.Client,
  storage: Storage,
  path: string,
  { summary }: Verified,
  signal: AbortSignal,
): Promise<string[]> {
  const { manifest, parts } = await readContent(path)
  const loading = await beginLoading(client, manifest)
  const faults = new Map(summary.faults.map(fault => [fault.key, fault]))
  let loaded = false
  for await (const part of parts) {
    signal.throwIfAborted()
    if (part.kind === 'rows') {
      await loading.take(part.table, part.body)
      continue
    }
    if (!loaded) await loading.end()
    loaded = true
    if (part.kind === 'object')
      await putObject({ client, storage, signal }, part.key, bytesOf(part.body, faults.get(part.key)))
  }
  return loading.foreign.map(nameOf)
}

/** The rows of files before the restore, for as long as its transaction. */
async function rememberFiles(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('public.files') is not null as there`,
  )
  await client.query(
    `create temporary table files_before (id uuid primary key, tablo_id uuid not null, name text not null)
     on commit drop`,
  )
  if (rows[0]?.there)
    await client.query('insert into files_before select id, tablo_id, name from public.files')
}

async function leaveToCleanup(client: pg.Client): Promise<number> {
  const { rowCount } = await client.query(
    `insert into files (id, tablo_id, name, state, clean_at)
     select id, tablo_id, name, 'removing', date_trunc('milliseconds', now()) from files_before
     where not exists (select from files where files.id = files_before.id)`,
  )
  return rowCount ?? 0
}

/** Of an object that was short when it was read, only the bytes that it had. */
async function* bytesOf(body: AsyncIterable<Uint8Array>, fault: Fault | undefined) {
  let left = fault?.fault === 'short' ? fault.size : Number.POSITIVE_INFINITY
  for await (const chunk of body) {
    const part = chunk.subarray(0, left)
    left -= part.length
    if (part.length > 0) yield part
  }
}

interface Putting {
  client: pg.Client
  storage: Storage
  signal: AbortSignal
}

async function putObject(putting: Putting, key: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const { client, storage, signal } = putting
  const { rows } = await client.query<{ type: string | null; sha256: Buffer | null }>(
    'select type, sha256 from files where id = $1',
    [key.split('/').at(-1)],
  )
  const { type, sha256 } = rows[0] ?? {}
  if (sha256 && (await isThere(storage, key, sha256))) return
  const put = () => storage.put(key, body, { type: type ?? 'application/octet-stream', signal })
  try {
    await put()
  } catch (error) {
    // What a restore that was killed has left in the way: not a byte of the body has been taken yet.
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw error
    await storage.remove(key)
    await put()
  }
}

/** Whether the storage has this object, whole. */
async function isThere(storage: Storage, key: string, sha256: Buffer): Promise<boolean> {
  try {
    const hash = createHash('sha256')
    for await (const chunk of await storage.read(key)) hash.update(chunk)
    return hash.digest().equals(sha256)
  } catch (error) {
    if (error instanceof StorageError && error.fault === 'missing') return false
    throw error
  }
}

// Where files are kept, and whether what the database lists is there.

import { existsSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Config } from '../config.ts'
import { keyOf } from '../files/files.ts'
import { type Storage, StorageError } from '../platform/storage/storage.ts'
import { type Finding, fault, fine, reasonOf, warning } from './findings.ts'

/** Files that are looked for, the newest. */
const SAMPLE = 20
/** Files that are looked for at once. */
const AT_ONCE = 8
/** Seconds by which the storage's clock may differ; it refuses what is a quarter of an hour off. */
const CLOCKS = 60
/** Of one browser's download. */
const DOWNLOAD_MS = 5_000

/** Writes, reads and removes an object. */
export async function checkStorage(storage: Storage, { s3, dataDir }: Config): Promise<readonly Finding[]> {
  const folder = join(dataDir, 'storage')
  const name = s3 ? `the bucket ${s3.bucket}${s3.endpoint ? ` at ${s3.endpoint}` : ''}` : folder
  if (!s3 && !existsSync(dataDir)) return [fine(`${name} is not there yet: the first upload makes it`)]
  const there = existsSync(folder)
  const start = performance.now()
  try {
    await storage.check()
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    return [fault(error.message, whatToDo(error, s3 !== undefined))]
  } finally {
    // Whoever only looks leaves nothing behind.
    if (!s3 && !there) await rmdir(folder).catch(() => {})
  }
  const found = fine(`${name}, written, read and removed in ${Math.round(performance.now() - start)} ms`)
  return [found, ...(s3 ? await checkDownload(storage) : [])]
}

function whatToDo({ fault: kind }: StorageError, bucket: boolean): string {
  if (kind === 'full') return 'Make room there, or raise the quota: until then nothing can be uploaded.'
  if (kind === 'misconfigured')
    return 'Set it right and restart web and worker: until then they do not start.'
  return bucket
    ? 'See that S3_ENDPOINT is right and that this machine gets there: until then files answer 503.'
    : 'See that the disk is there and mounted: until then files answer 503.'
}

/** Downloads as a browser does, by a signed URL. That browsers reach what we don't is possible, so this only warns. */
async function checkDownload(storage: Storage): Promise<readonly Finding[]> {
  const key = 'checks/doctor'
  const bytes = Buffer.from('A check, which may be removed.')
  const signal = AbortSignal.timeout(DOWNLOAD_MS)
  const chunks = async function* () {
    yield bytes
  }
  try {
    await storage.put(key, chunks(), { type: 'text/plain', signal })
    const url = await storage.signedUrl(key, { type: 'text/plain', disposition: 'attachment' })
    if (!url) return []
    const answer = await fetch(url, { signal })
    await answer.body?.cancel()
    const skew = (Date.now() - Date.parse(answer.headers.get('Date') ?? '')) / 1000
    if (!answer.ok)
      return [
        warning(
          `A download from ${new URL(url).origin} is answered ${answer.status}.`,
          'S3_PUBLIC_ENDPOINT must lead to the same storage, and a proxy before it must keep the name of the host.',
        ),
      ]
    if (Math.abs(skew) > CLOCKS)
      return [
        warning(
          `The clock of this machine is ${Math.round(Math.abs(skew))} s off that of the storage.`,
          'Let it follow a time server: timedatectl set-ntp true.',
        ),
      ]
    return [fine(`browsers get files from ${new URL(url).origin}`)]
  } catch (error) {
    return [
      warning(
        `Where browsers get files from can't be reached from here: ${reasonOf(error)}.`,
        'If browsers can’t either, set S3_PUBLIC_ENDPOINT to an address that they reach.',
      ),
    ]
  } finally {
    await storage.remove(key).catch(() => {})
  }
}

interface Listed {
  id: string
  tablo_id: string
  name: string
  size: number
}

/** Looks for the objects of listed files: of the newest, or with `deep` of all. */
export async function checkFiles(
  pool: pg.Pool,
  storage: Storage,
  { deep }: { deep: boolean },
): Promise<readonly Finding[]> {
  const missing: Listed[] = []
  let looked = 0
  let before: string | undefined
  do {
    const { rows }: { rows: Listed[] } = await pool.query<Listed>(
      `select id, tablo_id, name, size from files where state = 'stored' and ($1::uuid is null or id < $1)
         and exists (select from tablos where tablos.id = files.tablo_id)
       order by id desc limit $2`,
      [before ?? null, deep ? 500 : SAMPLE],
    )
    missing.push(...(await missingOf(storage, rows)))
    looked += rows.length
    before = rows.at(-1)?.id
  } while (deep && before !== undefined)
  const which = deep ? `all ${looked} files` : `the newest ${looked} files`
  if (missing.length === 0)
    return [
      fine(
        looked === 0 ? 'there are no files yet' : `${which} are there${deep ? '' : '; --deep looks for all'}`,
      ),
    ]
  const [first] = missing
  return [
    fault(
      `${missing.length} of ${which} are listed, and their bytes are gone: “${first?.name}” (${first && keyOf(first.tablo_id, first.id)})${missing.length > 1 ? ' …' : ''}.`,
      'If the storage was moved or changed, bring its objects along, keys as they are.',
      'If they are lost, restore them from a backup.',
    ),
  ]
}

async function missingOf(storage: Storage, files: readonly Listed[]): Promise<Listed[]> {
  const waiting = [...files]
  const missing: Listed[] = []
  const look = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift())
      if (!(await isThere(storage, file))) missing.push(file)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, look))
  return missing
}

async function isThere(storage: Storage, { id, tablo_id, size }: Listed): Promise<boolean> {
  try {
    // Of an empty object there is no first byte to ask for.
    const bytes = await storage.read(keyOf(tablo_id, id), size > 0 ? { start: 0, end: 0 } : undefined)
    bytes.on('error', () => {}).destroy()
    return true
  } catch (error) {
    if (error instanceof StorageError && error.fault === 'missing') return false
    throw error
  }
}

/** What the cleanup should have taken long ago. */
export async function checkLeftovers(pool: pg.Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from files where (state = 'pending' and created_at < now() - interval '1 day')
       or (state = 'removing' and clean_at < now() - interval '1 day')`,
  )
  const count = rows[0]?.count ?? 0
  if (count === 0) return [fine('nothing waits to be cleared away')]
  return [
    warning(
      `${count} uploads that broke off or files that were removed wait for more than a day to be cleared away.`,
      'See that xtablo worker runs, and whether orphan_file_cleanup fails: xtablo list-failed-jobs',
    ),
  ]
}

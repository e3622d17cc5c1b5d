// What uploads and deletions leave behind, taken once an hour: files that were removed, files whose Tablo is gone, and
// uploads that ended without saying so. uploading.ts tells why nothing else can be left.
//
// First the row says `removing`, committed: from then on no upload can make it a listed file. Then the object is removed,
// and the row stays. An hour later the object is removed once more, for a write that was under way may have ended in
// between, and only then the row goes. So the row outlives the object at every moment.
//
// Workers share the rows by claiming them: a claim moves `clean_at` on, so that a worker which dies leaves its rows to
// the next one. Removing twice does no harm. A row whose object can't be removed now does not keep the others waiting;
// the run then ends by throwing, so that the job is tried again.

import { sql } from 'kysely'
import { z } from 'zod'
import { type Db, transaction } from '../platform/database/database.ts'
import { jobKind } from '../platform/jobs/kinds.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { keyOf } from './files.ts'

export const orphanFileCleanup = jobKind('orphan_file_cleanup', z.strictObject({}))

/** Rows that are claimed at once. */
const BATCH = 500
/** Objects that are removed at once. */
const AT_ONCE = 8
const CLAIM_MS = 15 * 60_000
const SECOND_PASS_MS = 3_600_000
/** Twice what an upload may live. */
const PENDING_MS = 12 * 3_600_000

interface Cleaning {
  db: Db
  storage: Storage
  /** For tests: when this is */
  now?: Date
}

interface Claimed {
  id: string
  tablo_id: string
  removals: number
}

/**
 * Takes what is left behind, and gives how many objects it removed: each is counted on both passes. Goes on after an
 * object that can't be removed, and throws an AggregateError in the end. Any number of workers may run it at once.
 */
export async function cleanUp({ db, storage, now = new Date() }: Cleaning): Promise<number> {
  const start = performance.now()
  const clock = () => new Date(now.getTime() + performance.now() - start)
  while ((await markOverdue(db, now)) === BATCH);
  while ((await markOrphans(db, now)) === BATCH);
  let removed = 0
  const failures: unknown[] = []
  for (let claimed = await claim(db, now); claimed.length > 0; claimed = await claim(db, now)) {
    const waiting = claimed.values()
    const worker = async () => {
      for (const file of waiting) {
        try {
          await storage.remove(keyOf(file.tablo_id, file.id))
          await pass(db, file, clock())
          removed++
        } catch (error) {
          failures.push(error)
          await release(db, file, clock())
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} objects could not be removed: ${failures[0]}`)
  return removed
}

/** Uploads that are older than any can be. */
async function markOverdue(db: Db, now: Date): Promise<number> {
  const before = new Date(now.getTime() - PENDING_MS)
  return transaction(db, async tx => {
    const { numAffectedRows = 0n } = await sql`
      update files set state = 'removing', clean_at = ${now} where id in (
        select id from files where state = 'pending' and created_at < ${before}
        limit ${BATCH} for update skip locked)`.execute(tx)
    return Number(numAffectedRows)
  })
}

/** Files whose Tablo is gone. */
async function markOrphans(db: Db, now: Date): Promise<number> {
  return transaction(db, async tx => {
    const { numAffectedRows = 0n } = await sql`
      update files set state = 'removing', clean_at = ${now}
      where state = 'stored' and id in (
        select id from files where state = 'stored'
          and not exists (select from tablos where tablos.id = files.tablo_id)
        limit ${BATCH})`.execute(tx)
    return Number(numAffectedRows)
  })
}

/** Takes rows that are due for this worker alone, until the claim runs out. */
async function claim(db: Db, now: Date): Promise<Claimed[]> {
  const until = new Date(now.getTime() + CLAIM_MS)
  return transaction(db, async tx => {
    const { rows } = await sql<Claimed>`
      update files set clean_at = ${until} where id in (
        select id from files where state = 'removing' and clean_at <= ${now}
        order by clean_at limit ${BATCH} for update skip locked)
      returning id, tablo_id, removals`.execute(tx)
    return rows
  })
}

/** After the first removal the row waits for the second; after that it goes. */
async function pass(db: Db, { id, removals }: Claimed, now: Date): Promise<void> {
  await transaction(db, async tx => {
    if (removals > 0) await tx.deleteFrom('files').where('id', '=', id).execute()
    else {
      const again = new Date(now.getTime() + SECOND_PASS_MS)
      await tx
        .updateTable('files')
        .set({ removals: 1, clean_at: again })
        .where('id', '=', id)
        .where('removals', '=', 0)
        .execute()
    }
  })
}

/** Gives a row back, due from now: not to this run, which only takes what was due when it began, but to the next. */
async function release(db: Db, { id }: Claimed, now: Date): Promise<void> {
  const due = new Date(now.getTime() + 1)
  await transaction(db, tx => tx.updateTable('files').set({ clean_at: due }).where('id', '=', id).execute())
}

// What uploads and deletions leave behind, taken once an hour: files that were removed, files whose Tablo is gone, and
// uploads that ended without saying so. uploading.ts tells why nothing else can be left.
//
// First the row says `removing`, committed: from then on no upload can make it a listed file. Then the object is removed,
// and the row stays. An hour later the object is removed once more, for a write that was under way may have ended in
// between, and only then the row goes. So the row outlives the object at every moment.
//
// Workers share the rows by claiming them: a claim moves `clean_at` on, so that a worker which dies leaves its rows to
// the next one. Removing twice does no harm. A row whose object can't be removed now does not keep the others waiting:
// it goes behind them, and the run then ends by throwing, so that the job is tried again. A storage that is away fails
// them all alike, so the first to find that ends the run at once. A run also ends when its time is over, or while a
// backup holds the objects (hold.ts), and gives back what it claimed and did not come to, which the next goes on with.

import { sql } from 'kysely'
import { z } from 'zod'
import { type Db, transaction } from '../platform/database/database.ts'
import { jobKind } from '../platform/jobs/kinds.ts'
import { type Storage, StorageError } from '../platform/storage/storage.ts'
import { keyOf } from './files.ts'
import { objectsAreHeld } from './hold.ts'

export const orphanFileCleanup = jobKind('orphan_file_cleanup', z.strictObject({}))

/** Rows that are marked at once. */
const MARKED_AT_ONCE = 500
/** Rows that are claimed at once: few, since whoever is killed leaves them to wait. */
const CLAIMED_AT_ONCE = 100
/** Objects that are removed at once. */
const AT_ONCE = 8
/** Half of what the job may take, so that a slow last object does not make a failure of it. */
const RUN_MS = 5 * 60_000
const CLAIM_MS = 15 * 60_000
const SECOND_PASS_MS = 3_600_000
/** Twice what an upload may live. */
const PENDING_MS = 12 * 3_600_000

interface Cleaning {
  db: Db
  storage: Storage
  /** Ends the run before the next object */
  signal?: AbortSignal
  /** For tests: what time it is */
  clock?: () => Date
}

interface Claimed {
  id: string
  tablo_id: string
  removals: number
}

/** A run as far as it is. */
interface Run extends Required<Omit<Cleaning, 'signal'>> {
  begun: Date
  removed: number
  failed: number
  /** Why the first could not be removed */
  failure?: unknown
  /** False once the time is over. Throws the signal's reason. */
  goesOn: () => boolean
}

/**
 * Takes what is left behind, for about five minutes at most, and gives how many objects it removed: each is counted on
 * both passes; none while they are held. Goes on after an object that can't be removed, and throws in the end; throws at
 * once the StorageError of a storage that is away, and the signal's reason. Any number of workers may run it at once.
 */
export async function cleanUp({ db, storage, signal, clock = () => new Date() }: Cleaning): Promise<number> {
  const begun = clock()
  const goesOn = () => {
    signal?.throwIfAborted()
    return clock().getTime() - begun.getTime() < RUN_MS
  }
  const run: Run = { db, storage, clock, begun, goesOn, removed: 0, failed: 0 }
  while (goesOn() && (await markOverdue(db, begun)) === MARKED_AT_ONCE);
  while (goesOn() && (await markOrphans(db, begun)) === MARKED_AT_ONCE);
  while (goesOn()) {
    const claimed = await claim(run)
    if (claimed.length === 0) break
    // Not before the claim: hold.ts tells why.
    if (await objectsAreHeld(db)) {
      await release(db, claimed, begun)
      break
    }
    await removeAll(run, claimed)
  }
  const { removed, failed, failure } = run
  if (failed > 0) throw new Error(`${failed} objects could not be removed: ${failure}`, { cause: failure })
  return removed
}

/** Uploads that are older than any can be. */
async function markOverdue(db: Db, now: Date): Promise<number> {
  const before = new Date(now.getTime() - PENDING_MS)
  return transaction(db, async tx => {
    const { numAffectedRows = 0n } = await sql`
      update files set state = 'removing', clean_at = ${now} where id in (
        select id from files where state = 'pending' and created_at < ${before}
        limit ${MARKED_AT_ONCE} for update skip locked)`.execute(tx)
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
        limit ${MARKED_AT_ONCE})`.execute(tx)
    return Number(numAffectedRows)
  })
}

/** Takes rows that were due when the run began for this worker alone, until the claim runs out. */
async function claim({ db, begun, clock }: Run): Promise<Claimed[]> {
  const until = new Date(clock().getTime() + CLAIM_MS)
  return transaction(db, async tx => {
    const { rows } = await sql<Claimed>`
      update files set clean_at = ${until} where id in (
        select id from files where state = 'removing' and clean_at <= ${begun}
        order by clean_at limit ${CLAIMED_AT_ONCE} for update skip locked)
      returning id, tablo_id, removals`.execute(tx)
    return rows
  })
}

/** Removes objects, some at once, until there are no more or the run ends; gives back the rows of those it left. */
async function removeAll(run: Run, waiting: Claimed[]): Promise<void> {
  let end: { error: unknown } | undefined
  const worker = async () => {
    try {
      while (!end && run.goesOn()) {
        const file = waiting.shift()
        if (!file) return
        await removeOne(run, file)
      }
    } catch (error) {
      end ??= { error }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  // If not even that goes, their claim runs out by itself.
  await release(run.db, waiting, run.begun).catch(() => {})
  if (end) throw end.error
}

/** Throws when it is of no use to go on with others. */
async function removeOne(run: Run, file: Claimed): Promise<void> {
  const { db, storage, clock } = run
  try {
    await storage.remove(keyOf(file.tablo_id, file.id))
    await pass(db, file, clock())
    run.removed++
  } catch (error) {
    // Due from now, and so not to this run, which only takes what was due when it began.
    await release(db, [file], new Date(clock().getTime() + 1))
    if (error instanceof StorageError && ['unavailable', 'misconfigured'].includes(error.fault)) throw error
    run.failure ??= error
    run.failed++
  }
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

/** Gives rows back, due at a time. */
async function release(db: Db, files: readonly Claimed[], due: Date): Promise<void> {
  if (files.length === 0) return
  const ids = files.map(({ id }) => id)
  await transaction(db, tx => tx.updateTable('files').set({ clean_at: due }).where('id', 'in', ids).execute())
}

// A POST that carries an `Idempotency-Key` is done once, however often it is sent within a day: what it was answered is
// kept, and given again to whoever sends the same once more. Two at the same moment follow one another.
//
// The row of a key is made before the work begins, with the id that the work is to give to what it makes. A process
// that dies in between leaves the row without an answer; the next sender works under the same id, and the commands make
// one thing of one id. Only success is kept: what was refused had no effect, so its key is free for a corrected try.
// Draft: draft-ietf-httpapi-idempotency-key-header.

import { createHash } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { type SqlBool, sql } from 'kysely'
import { AppError } from '../../errors.ts'
import { type Db, transaction } from '../database/database.ts'
import { violates } from '../database/violation.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Variables } from '../web/env.ts'
import { refused } from './problems.ts'

export interface IdempotentEnv {
  Variables: Variables & {
    /** The id for what this request makes */
    madeId: string
  }
}

/** Hours that an answer is kept. */
const KEPT = 24
/** Seconds after which a request that says nothing any more counts as dead; it says so three times as often. */
const LEASE = 30
/** How long a second sender waits for the answer of the first. */
const PATIENCE_MS = 10_000
/** Before it asks again; doubled each time, as who takes long takes longer still. */
const FIRST_POLL_MS = 50
const LONGEST_POLL_MS = 500
const HEADERS = ['Content-Type', 'ETag', 'Location']

interface Kept {
  status: number
  headers: Record<string, string>
  body: string
}

type Claim =
  | { kind: 'mine'; madeId: string }
  | { kind: 'kept'; kept: Kept }
  | { kind: 'busy' }
  | { kind: 'other' }

/** What tells two requests apart that carry the same key: what is asked, of what, with what. */
/** Of a body that is too large to be held, the query may be another way to name it. */
const fingerprintOf = (c: Context, body: string | undefined): Buffer =>
  createHash('sha256')
    .update(`${c.req.method} ${c.req.path}`)
    // Of a body that is not held, the query may only be another way to name it.
    .update(body === undefined ? '' : `${new URL(c.req.url).search}\n${body}`)
    .digest()

export interface Idempotence<E extends IdempotentEnv> {
  /** The id of whoever asks; keys of different callers have nothing to do with each other */
  readonly callerOf: (c: Context<E>) => string
  /** Throws when the caller may no longer see what they were told */
  readonly stillAllowed: (c: Context<E>) => Promise<void>
  /** For a body that is too large to be held, and so is not part of the fingerprint: whether it is what `answered` was said of */
  readonly streamed: (c: Context<E>) => ((answered: string) => Promise<boolean>) | undefined
}

/**
 * Does a keyed POST once. Throws invalid for a key that was used for something else, conflict while its first request
 * takes long.
 */
export function idempotent<E extends IdempotentEnv>(
  { db, log }: { db: Db; log: Log },
  { callerOf, stillAllowed, streamed }: Idempotence<E>,
): MiddlewareHandler<E> {
  return async (c, next) => {
    const key = keyOf(c)
    if (key === undefined) {
      c.set('madeId', newId())
      return next()
    }
    const caller = callerOf(c)
    const isSame = streamed(c)
    const fingerprint = fingerprintOf(c, isSame ? undefined : await bodyOf(c))
    const claim = await waited(() => claimKey(db, caller, key, fingerprint)).catch((error: unknown) => {
      // Whose account was closed: their access token may not be known to have ended yet.
      const gone = violates(error, 'idempotency_keys_user_id_fkey')
      throw gone ? new AppError('unauthenticated', 'token_invalid') : error
    })
    if (claim.kind === 'other') throw refused({ 'Idempotency-Key': 'key_reused' })
    if (claim.kind === 'busy') throw new AppError('conflict', 'key_busy', { retryAfter: 1 })
    if (claim.kind === 'kept') {
      await stillAllowed(c)
      if (isSame && !(await isSame(claim.kept.body))) throw refused({ 'Idempotency-Key': 'key_reused' })
      return replay(c, claim.kept)
    }
    c.set('madeId', claim.madeId)
    const holding = setInterval(() => void hold(db, caller, key).catch(() => {}), (LEASE * 1_000) / 3)
    try {
      await next()
    } finally {
      clearInterval(holding)
    }
    await settle(db, caller, key, c.res).catch(error =>
      log.warn({ err: error }, 'an answer could not be kept'),
    )
  }
}

/** The key of the request. Throws invalid for one that is empty, too long or not of printable characters. */
function keyOf(c: Context): string | undefined {
  const key = c.req.header('Idempotency-Key')
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key))
    throw refused({ 'Idempotency-Key': 'key_malformed' })
  return key
}

/** The body, as text. Throws 400 when it breaks off. */
const bodyOf = (c: Context): Promise<string> =>
  c.req.text().catch(() => {
    throw new HTTPException(400)
  })

/** Asks until the key is no longer worked on, for as long as it is worth waiting. */
async function waited(ask: () => Promise<Claim>): Promise<Claim> {
  const end = performance.now() + PATIENCE_MS
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(2 * pause, LONGEST_POLL_MS)) {
    const claim = await ask()
    if (claim.kind !== 'busy' || performance.now() > end) return claim
    await new Promise(done => setTimeout(done, pause))
  }
}

async function claimKey(db: Db, caller: string, key: string, fingerprint: Buffer): Promise<Claim> {
  return transaction(db, async tx => {
    const lockedUntil = sql`now() + make_interval(secs => ${sql.lit(LEASE)})`
    // A row past its day is as good as none; one without an answer that nobody works on is taken over with its id.
    const { rows } = await sql<{ made_id: string }>`
      insert into idempotency_keys as kept (user_id, key, fingerprint, made_id, locked_until)
      values (${caller}, ${key}, ${fingerprint}, ${newId()}, ${lockedUntil})
      on conflict (user_id, key) do update set
        locked_until = excluded.locked_until, fingerprint = excluded.fingerprint, status = null, headers = null,
        body = null,
        made_id = case when ${expired} then excluded.made_id else kept.made_id end,
        created_at = case when ${expired} then now() else kept.created_at end
      where ${expired}
        or (kept.status is null and kept.locked_until < now() and kept.fingerprint = excluded.fingerprint)
      returning made_id`.execute(tx)
    if (rows[0]) return { kind: 'mine', madeId: rows[0].made_id }
    const row = await tx
      .selectFrom('idempotency_keys')
      .select(['fingerprint', 'status', 'headers', 'body'])
      .where('user_id', '=', caller)
      .where('key', '=', key)
      .executeTakeFirst()
    if (!row) return { kind: 'busy' }
    if (!row.fingerprint.equals(fingerprint)) return { kind: 'other' }
    if (row.status === null) return { kind: 'busy' }
    return {
      kind: 'kept',
      kept: { status: row.status, headers: row.headers as Record<string, string>, body: row.body ?? '' },
    }
  })
}

const expired = sql`kept.created_at < now() - make_interval(hours => ${sql.lit(KEPT)})`

async function hold(db: Db, caller: string, key: string): Promise<void> {
  await transaction(db, tx =>
    sql`update idempotency_keys set locked_until = now() + make_interval(secs => ${sql.lit(LEASE)})
      where user_id = ${caller} and key = ${key} and status is null`.execute(tx),
  )
}

/** Keeps the answer of a success, and frees the key after anything else; after a fault of ours under the same id. */
async function settle(db: Db, caller: string, key: string, answer: Response): Promise<void> {
  // Whoever was stopped for so long that another took over has nothing to say any more.
  const mine = sql<SqlBool>`user_id = ${caller} and key = ${key} and status is null`
  const headers = Object.fromEntries(
    HEADERS.flatMap(name => {
      const value = answer.headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  )
  const body = answer.ok ? await answer.clone().text() : ''
  await transaction(db, async tx => {
    if (answer.ok) {
      const kept = { status: answer.status, headers: JSON.stringify(headers), body }
      await tx.updateTable('idempotency_keys').set(kept).where(mine).execute()
    } else if (answer.status >= 500) {
      await tx.updateTable('idempotency_keys').set({ locked_until: sql`now()` }).where(mine).execute()
    } else {
      await tx.deleteFrom('idempotency_keys').where(mine).execute()
    }
  })
}

function replay(c: Context, { status, headers, body }: Kept): Response {
  return c.body(body, status as 200, { ...headers, 'Idempotency-Replayed': 'true' })
}

/** Forgets keys past their day. Gives how many. */
export async function forgetKeys(db: Db): Promise<number> {
  return transaction(db, async tx => {
    const gone = await tx
      .deleteFrom('idempotency_keys')
      .where('created_at', '<', sql<Date>`now() - make_interval(hours => ${sql.lit(KEPT)})`)
      .executeTakeFirst()
    return Number(gone.numDeletedRows)
  })
}

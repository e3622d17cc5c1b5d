// A session is a row; its cookie holds 32 random bytes of which the row has only the hash. It lives for 30 days from
// its last extension, and is extended when under 7 of them remain. When it was last seen is written every five
// minutes at most, so that reading a page writes nothing.

import { type InferResult, sql } from 'kysely'
import { notFound } from '../errors.ts'
import { compiledOnce } from '../platform/database/compiled.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import type { Actor, Origin, Person } from './actor.ts'
import { recordAudit } from './audit.ts'
import { isUnprotected } from './second-factors.ts'
import { hashToken, newToken } from './tokens.ts'

export const SESSION_DAYS = 30
/** Minutes for which signing in proves who somebody is. */
const FRESH_MINUTES = 10
const lifetime = sql<Date>`now() + make_interval(days => ${sql.lit(SESSION_DAYS)})`

export interface Session {
  readonly id: string
  readonly person: Person
  /** Under 7 days remain. */
  readonly expiring: boolean
  /** Not marked as seen for five minutes. */
  readonly unseen: boolean
  /** Started just now, by `FRESH_MINUTES`: who it is has just been proved. */
  readonly fresh: boolean
  /** A second factor is required, and the person has none: they set one up before anything else. */
  readonly unprotected: boolean
}

/** Starts a session and gives the token for its cookie. The browser's earlier session ends, whoever's it was. */
export async function startSession(tx: Tx, userId: string, from: Origin): Promise<string> {
  if (from.earlierToken) await dropToken(tx, from.earlierToken)
  const token = newToken()
  await tx
    .insertInto('sessions')
    .values({
      id: newId(),
      token_hash: hashToken(token),
      user_id: userId,
      address: from.address,
      user_agent: from.userAgent.slice(0, 400),
      expires_at: lifetime,
    })
    .execute()
  return token
}

/** The live session of a token's hash, with its person; a query that needs more of that person may extend it. */
export const sessionQuery = (reader: Reader, tokenHash: Buffer) =>
  reader
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['sessions.id', 'user_id', 'name', 'email', 'users.role', 'language', 'time_zone'])
    .select(sql<boolean>`expires_at < now() + interval '7 days'`.as('expiring'))
    .select(sql<boolean>`last_seen_at < now() - interval '5 minutes'`.as('unseen'))
    .select(
      sql<boolean>`sessions.created_at > now() - make_interval(mins => ${sql.lit(FRESH_MINUTES)})`.as(
        'fresh',
      ),
    )
    .select(isUnprotected(sql.ref('users.id')).as('unprotected'))
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', sql<Date>`now()`)

type SessionRow = InferResult<ReturnType<typeof sessionQuery>>[number]

export function sessionOf({ user_id, time_zone, name, email, role, language, ...row }: SessionRow): Session {
  const person = { id: user_id, name, email, role, language, timeZone: time_zone }
  return { ...row, person }
}

const findQuery = compiledOnce(sessionQuery)

/** The session of a cookie's token, while it lasts. */
export async function findSession(reader: Reader, token: string): Promise<Session | undefined> {
  const [row] = await findQuery(reader, hashToken(token))
  return row && sessionOf(row)
}

/** Whether it is a session of the person, and has begun just now. */
export async function isFresh(
  reader: Reader,
  actor: Actor,
  id: string,
  minutes = FRESH_MINUTES,
): Promise<boolean> {
  const row = await reader
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', id)
    .where('user_id', '=', actor.id)
    .where('created_at', '>', sql<Date>`now() - make_interval(mins => ${sql.lit(minutes)})`)
    .executeTakeFirst()
  return row !== undefined
}

/** Marks the session as seen now, from here, and extends it when it is about to end. */
export async function touchSession(db: Db, session: Session, from: Origin): Promise<void> {
  await transaction(db, tx =>
    tx
      .updateTable('sessions')
      .set({ last_seen_at: sql`now()`, address: from.address })
      .$if(session.expiring, update => update.set({ expires_at: lifetime }))
      .where('id', '=', session.id)
      .execute(),
  )
}

/** A person's own sessions, the last seen first. */
export async function listSessions(reader: Reader, actor: Actor) {
  return reader
    .selectFrom('sessions')
    .select(['id', 'address', 'user_agent', 'created_at', 'last_seen_at'])
    .where('user_id', '=', actor.id)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('last_seen_at', 'desc')
    .execute()
}

/** Ends one of the person's own sessions. Throws not_found for any other. */
export async function endSession(db: Db, actor: Actor, id: string, address: string): Promise<void> {
  await transaction(db, async tx => {
    const ended = await tx
      .deleteFrom('sessions')
      .where('id', '=', id)
      .where('user_id', '=', actor.id)
      .returning('id')
      .executeTakeFirst()
    if (!ended) throw notFound()
    await recordAudit(tx, { kind: 'session_ended', subject: actor.id, by: actor.id, address })
  })
}

/** Ends all sessions of a person. */
export async function endAllSessions(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('sessions').where('user_id', '=', userId).execute()
}

/** Ends the session of a token: signing out, or starting another one in the same browser. */
export async function dropToken(tx: Tx, token: string): Promise<void> {
  await tx.deleteFrom('sessions').where('token_hash', '=', hashToken(token)).execute()
}

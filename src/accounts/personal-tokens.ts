// Personal tokens: a person makes one for a script of theirs, and it acts in their name within its scope until it
// expires or they end it. It is shown once and kept as a hash; its prefix lets scanners of code find one that leaked.

import { type InferResult, sql } from 'kysely'
import { AppError, notFound } from '../errors.ts'
import { compiledOnce } from '../platform/database/compiled.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import type { Actor } from './actor.ts'
import { recordAudit } from './audit.ts'
import type { PersonalTokenFields, TokenScope } from './schema.ts'
import { isUnprotected } from './second-factors.ts'
import { hashToken, newToken } from './tokens.ts'

export const PERSONAL_PREFIX = 'xtb_'

/** Living ones of one person. */
const MOST = 50

/** What a living personal token lets its bearer do. */
export interface PersonalAccess {
  readonly id: string
  readonly actor: Actor
  readonly scope: TokenScope
  /** Not marked as used for five minutes. */
  readonly unmarked: boolean
  /** A second factor is required, and the owner has none */
  readonly unprotected: boolean
}

export type PersonalToken = Awaited<ReturnType<typeof listPersonalTokens>>[number]

/**
 * Makes a token of the actor's own and gives it, this once. Throws conflict when they have 50 living ones, and when this
 * very form has made its token already, which can't be shown again; forbidden when the account was disabled meanwhile.
 * A form that was changed and sent again under the same id makes another.
 */
export async function createPersonalToken(
  db: Db,
  actor: Actor,
  given: PersonalTokenFields & { id?: string | undefined },
  address: string,
): Promise<string> {
  const { id = newId(), ...fields } = given
  return transaction(db, async tx => {
    // One at a time for a person, so that two at once can't both be the fiftieth.
    const owner = await tx
      .selectFrom('users')
      .select('disabled_at')
      .where('id', '=', actor.id)
      .forUpdate()
      .executeTakeFirst()
    if (owner?.disabled_at) throw new AppError('forbidden', 'account_disabled')
    if (await isMade(tx, actor, id, fields)) throw new AppError('conflict', 'personal_token_made')
    if ((await countLiving(tx, actor)) >= MOST) throw new AppError('conflict', 'personal_tokens_many')
    const token = PERSONAL_PREFIX + newToken()
    if (!(await insert(tx, actor, id, fields, token))) await insert(tx, actor, newId(), fields, token)
    const details = { name: fields.name }
    await recordAudit(tx, { kind: 'personal_token_made', subject: actor.id, by: actor.id, address, details })
    return token
  })
}

/** A person's own tokens, the newest first; those that expired lately among them. */
export async function listPersonalTokens(reader: Reader, actor: Actor) {
  return reader
    .selectFrom('personal_tokens')
    .select(['id', 'name', 'scope', 'created_at', 'expires_at', 'last_used_at'])
    .select(sql<boolean>`expires_at <= now()`.as('expired'))
    .where('user_id', '=', actor.id)
    .orderBy('id', 'desc')
    .execute()
}

/** Ends one of the person's own tokens. Throws not_found for any other. */
export async function endPersonalToken(db: Db, actor: Actor, id: string, address: string): Promise<void> {
  await transaction(db, async tx => {
    const ended = await tx
      .deleteFrom('personal_tokens')
      .where('id', '=', id)
      .where('user_id', '=', actor.id)
      .returning('name')
      .executeTakeFirst()
    if (!ended) throw notFound()
    const details = { name: ended.name }
    await recordAudit(tx, { kind: 'personal_token_ended', subject: actor.id, by: actor.id, address, details })
  })
}

/** What a token gives access to, while it and its person's account live. */
export async function findPersonalAccess(reader: Reader, token: string): Promise<PersonalAccess | undefined> {
  const [row] = await findQuery(reader, hashToken(token))
  return row && accessOf(row)
}

/** Marks a token as used now; by its owner's list one can tell which are needed. */
export async function markUsed(db: Db, { id }: PersonalAccess): Promise<void> {
  await transaction(db, tx =>
    tx
      .updateTable('personal_tokens')
      .set({ last_used_at: sql`now()` })
      .where('id', '=', id)
      .where(isUnmarked, '=', true)
      .execute(),
  )
}

const isUnmarked = sql<boolean>`(last_used_at is null or last_used_at < now() - interval '5 minutes')`

const accessQuery = (reader: Reader, tokenHash: Buffer) =>
  reader
    .selectFrom('personal_tokens')
    .innerJoin('users', 'users.id', 'personal_tokens.user_id')
    .select(['personal_tokens.id', 'scope', 'user_id', 'role'])
    .select(isUnmarked.as('unmarked'))
    .select(isUnprotected(sql.ref('users.id')).as('unprotected'))
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', sql<Date>`now()`)
    .where('disabled_at', 'is', null)

const findQuery = compiledOnce(accessQuery)

type AccessRow = InferResult<ReturnType<typeof accessQuery>>[number]

const accessOf = ({ user_id, role, ...row }: AccessRow): PersonalAccess => ({
  ...row,
  actor: { id: user_id, role },
})

const expiryAfter = (days: number) => sql<Date>`now() + make_interval(days => ${days}::int)`

/** Whether the same form made one that is still there. */
async function isMade(
  tx: Tx,
  actor: Actor,
  id: string,
  { name, scope, days }: PersonalTokenFields,
): Promise<boolean> {
  const same = await tx
    .selectFrom('personal_tokens')
    .select('id')
    .where('id', '=', id)
    .where('user_id', '=', actor.id)
    .where('name', '=', name)
    .where('scope', '=', scope)
    .where(sql<boolean>`expires_at = created_at + make_interval(days => ${days}::int)`)
    .executeTakeFirst()
  return same !== undefined
}

async function countLiving(tx: Tx, actor: Actor): Promise<number> {
  const { count } = await tx
    .selectFrom('personal_tokens')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('user_id', '=', actor.id)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirstOrThrow()
  return count
}

/** Says whether the id was free. */
async function insert(
  tx: Tx,
  actor: Actor,
  id: string,
  { name, scope, days }: PersonalTokenFields,
  token: string,
): Promise<boolean> {
  const made = await tx
    .insertInto('personal_tokens')
    .values({
      id,
      user_id: actor.id,
      name,
      scope,
      token_hash: hashToken(token),
      expires_at: expiryAfter(days),
    })
    .onConflict(conflict => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

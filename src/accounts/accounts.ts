import { sql } from 'kysely'
import { AppError, invalid, notFound } from '../errors.ts'
import type { Check } from '../platform/database/check.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { violates } from '../platform/database/violation.ts'
import { newId } from '../platform/ids.ts'
import type { Language } from '../texts/locale.ts'
import type { Actor, Origin, Person } from './actor.ts'
import { recordAudit } from './audit.ts'
import { rememberDevice } from './devices.ts'
import type { SignInLimits } from './limits.ts'
import { makeLink, mustBeLive, takeLink } from './links.ts'
import { enqueueVerification } from './mails.ts'
import { hashPassword } from './passwords.ts'
import { startSession } from './sessions.ts'

export type SignUpPolicy = 'open' | 'invite' | 'closed'

export interface NewPerson {
  name: string
  email: string
  password: string
  timeZone: string
}

export interface Policy {
  signup: SignUpPolicy
  /** The first account is made by the setup link alone. */
  firstByLink: boolean
}

/** Whether anybody has an account yet. The first one is the admin's. */
export async function hasPeople(reader: Reader): Promise<boolean> {
  return (await reader.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined
}

/**
 * Makes an account and gives the token of its first session. The first account of all is the admin; `firstByLink`
 * leaves that one to the setup link. Throws forbidden where the policy is not `open`, invalid for an e-mail that is taken.
 */
export async function signUp(db: Db, given: NewPerson, policy: Policy, from: Origin): Promise<string> {
  // Nobody makes us hash who could not get in anyway.
  if (!isAllowed(policy, !(await hasPeople(db)))) throw new AppError('forbidden', 'signup_closed')
  const passwordHash = await hashPassword(given.password)
  return transaction(db, async tx => {
    const first = await isFirst(tx)
    if (!isAllowed(policy, first)) throw new AppError('forbidden', 'signup_closed')
    const { session } = await insertPerson(
      tx,
      { ...given, passwordHash, role: first ? 'admin' : 'user' },
      from,
    )
    return session
  })
}

/**
 * Makes an account for somebody who was invited, also where the policy is `invite`, does with it what the invitation is
 * for in the same transaction, and gives the token of its first session. Throws forbidden where the policy is `closed`,
 * too_many past the limits, invalid for an e-mail that is taken, and what `join` throws.
 */
export async function signUpInvited(
  db: Db,
  limits: SignInLimits,
  given: NewPerson,
  signup: SignUpPolicy,
  from: Origin,
  join: (tx: Tx, person: Actor) => Promise<void>,
): Promise<string> {
  if (signup === 'closed') throw new AppError('forbidden', 'signup_closed')
  // An address that is taken is told, so nobody may ask for many; and hashing takes its time.
  await limits.attempt(given.email, from.address)
  const passwordHash = await hashPassword(given.password)
  const made = await transaction(db, async tx => {
    const { id, session } = await insertPerson(tx, { ...given, passwordHash, role: 'user' }, from)
    await join(tx, { id, role: 'user' })
    return session
  })
  await limits.succeeded(given.email, from.address)
  return made
}

/** Makes the admin's account by the setup link. Throws not_found when the link is dead or somebody was first. */
export async function signUpFirst(db: Db, token: string, given: NewPerson, from: Origin): Promise<string> {
  await mustBeLive(db, 'setup', token)
  const passwordHash = await hashPassword(given.password)
  return transaction(db, async tx => {
    await takeLink(tx, 'setup', token)
    if (!(await isFirst(tx))) throw new AppError('not_found', 'link_dead')
    const { session } = await insertPerson(tx, { ...given, passwordHash, role: 'admin' }, from)
    return session
  })
}

/** The token of a link that makes the first account, or nothing when there is one already. */
export async function offerSetup(db: Db): Promise<string | undefined> {
  return transaction(db, async tx => ((await hasPeople(tx)) ? undefined : makeLink(tx, 'setup', null)))
}

/** The person who acts. Throws not_found when they are gone. */
export async function findPerson(reader: Reader, actor: Actor): Promise<Person> {
  const row = await people(reader, actor).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/**
 * Changes the person's own name, language (null is the browser's) and time zone: what is left out stays. Throws what
 * `check` throws.
 */
export async function changeProfile(
  db: Db,
  actor: Actor,
  to: { name?: string | undefined; language?: Language | null | undefined; timeZone?: string | undefined },
  address: string,
  check?: Check<Person>,
): Promise<void> {
  await transaction(db, async tx => {
    const before = await people(tx, actor).forNoKeyUpdate().executeTakeFirst()
    if (!before) throw notFound()
    check?.(before)
    const { name = before.name, language = before.language, timeZone: time_zone = before.timeZone } = to
    await tx.updateTable('users').set({ name, language, time_zone }).where('id', '=', actor.id).execute()
    await recordAudit(tx, { kind: 'profile_changed', subject: actor.id, by: actor.id, address })
  })
}

/** Makes a reset link for the person with this e-mail and gives its token. Throws not_found, forbidden for a disabled one. */
export async function offerReset(db: Db, email: string): Promise<string> {
  return transaction(db, async tx => {
    const user = await tx
      .selectFrom('users')
      .select(['id', 'disabled_at'])
      .where('email', '=', email)
      .forUpdate()
      .executeTakeFirst()
    if (!user) throw notFound()
    if (user.disabled_at) throw new AppError('forbidden', 'account_disabled')
    await recordAudit(tx, { kind: 'reset_link_made', subject: user.id, by: null, address: null })
    return makeLink(tx, 'reset', user.id)
  })
}

const people = (reader: Reader, { id }: Actor) =>
  reader
    .selectFrom('users')
    .select(['id', 'name', 'email', 'role', 'language', 'time_zone as timeZone'])
    .where('id', '=', id)

export const isAllowed = (policy: Policy, first: boolean) =>
  first ? !policy.firstByLink : policy.signup === 'open'

/** Under a lock that lets no second first person in; taken only while there is nobody. */
export async function isFirst(tx: Tx): Promise<boolean> {
  if (await hasPeople(tx)) return false
  await sql`lock table users in share row exclusive mode`.execute(tx)
  return !(await hasPeople(tx))
}

type Inserted = Omit<NewPerson, 'password'> & { passwordHash: string | null; role: 'user' | 'admin' }

async function insertPerson(
  tx: Tx,
  person: Inserted,
  from: Origin,
): Promise<{ id: string; session: string }> {
  try {
    const id = await makePerson(tx, person, from)
    await enqueueVerification(tx, id, from)
    return { id, session: await startSession(tx, id, from) }
  } catch (error) {
    throw violates(error, 'users_email_unique') ? invalid('email', 'email_taken') : error
  }
}

/** Makes an account and gives its id. Throws the violation of `users_email_unique` for an e-mail that is taken. */
export async function makePerson(tx: Tx, person: Inserted, from: Origin): Promise<string> {
  const id = newId()
  const { name, email, role, passwordHash: password_hash, timeZone: time_zone } = person
  await tx.insertInto('users').values({ id, name, email, role, password_hash, time_zone }).execute()
  if (role === 'admin') await tx.deleteFrom('links').where('kind', '=', 'setup').execute()
  await recordAudit(tx, { kind: 'signed_up', subject: id, by: id, address: from.address })
  // Who is added by a command comes with none.
  if (from.userAgent) await rememberDevice(tx, id, from)
  return id
}

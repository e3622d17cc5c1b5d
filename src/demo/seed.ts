// What `start --demo` adds: two people who work together, and Tablos in which every state of the pages can be seen.
//
// The people come by the command that everyone comes by. The Tablos' past can't: commands do things now, and three
// weeks can't be done now. So this one folder writes tables of other folders. It may, for it stands above all features
// as main does: nothing but main imports it, and the compiler holds its rows to the schema. One transaction writes
// them all, so that a start which is cut short leaves nothing half told.

import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import { signUp } from '../accounts/accounts.ts'
import { verifyPassword } from '../accounts/passwords.ts'
import { signOut } from '../accounts/sign-in.ts'
import { AppError } from '../errors.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import type { Deps } from '../platform/deps.ts'
import { timeZoneOf } from '../texts/locale.ts'
import { accounts, website } from './content.en.ts'
import { festival, ideas, move } from './content.fr.ts'
import { addFiles } from './files.ts'
import { type History, historyOf } from './history.ts'
import type { Story } from './story.ts'

const FIRST = { name: 'Camille Laurent', email: 'camille.laurent@example.org' }
const SECOND = { name: 'Sam Okafor', email: 'sam.okafor@example.org' }

const STORIES = [website, festival, accounts, ideas, move]

/** Where the demo's people come from: this machine. */
const HERE = { address: '127.0.0.1', userAgent: '' }

/** Adds the demo, unless it is or was there, and logs how to sign in to it. */
export async function seedDemo(
  deps: Pick<Deps, 'db' | 'log' | 'secret' | 'storage' | 'config'>,
): Promise<void> {
  const { db, log, secret } = deps
  const password = passwordFrom(secret)
  // One after the other: the first account of all is the admin's.
  for (const { name, email } of [FIRST, SECOND]) await join(db, name, email, password)
  for (const { owner, tablo, story } of await transaction(db, tellStories))
    await addFiles(deps, { id: owner, role: 'user' }, tablo, story)
  const signsIn = await peopleWith(db, password)
  if (signsIn.length > 0) log.info(`Sign in as ${signsIn.join(' or ')} with the password ${password}`)
  else
    log.info(
      `The people of the demo have other passwords now: xtablo reset-password ${FIRST.email} sets a new one`,
    )
}

/**
 * The demo's password: the same at every start and for nobody else, since the first person may be the admin of an
 * Xtablo that other machines reach. Some 79 bits, in letters and digits that can't be mistaken for one another.
 */
function passwordFrom(secret: string): string {
  const letters = '23456789abcdefghjkmnpqrstuvwxyz'
  const bytes = [...createHmac('sha256', secret).update('demo password').digest().subarray(0, 16)]
  const word = bytes.map(byte => letters[byte % letters.length]).join('')
  return word.replace(/.{4}(?=.)/g, '$&-')
}

async function join(db: Db, name: string, email: string, password: string): Promise<void> {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone
  const timeZone = timeZoneOf(zone) ?? 'UTC'
  try {
    // Whoever starts the demo may add its people, whatever SIGNUP says.
    const policy = { signup: 'open', firstByLink: false } as const
    const token = await signUp(db, { name, email, password, timeZone }, policy, HERE)
    await signOut(db, token)
  } catch (error) {
    const isThere = error instanceof AppError && error.fields.email === 'email_taken'
    if (!isThere) throw error
  }
}

/** Gives the Tablos that are there now and were not before. */
async function tellStories(tx: Tx): Promise<{ owner: string; tablo: string; story: Story }[]> {
  // Under this lock two starts at once follow one another.
  const people = await tx
    .selectFrom('users')
    .select(['id', 'email'])
    .where('email', 'in', [FIRST.email, SECOND.email])
    .orderBy('email')
    .forUpdate()
    .execute()
  const first = people.find(({ email }) => email === FIRST.email)?.id ?? ''
  const second = people.find(({ email }) => email === SECOND.email)?.id ?? ''
  // Activity outlives its Tablo: a demo that somebody has deleted does not come back.
  const told = await tx
    .selectFrom('activity')
    .select('id')
    .where('actor_id', '=', first)
    .limit(1)
    .executeTakeFirst()
  if (told) return []
  const now = new Date()
  const histories = STORIES.map(story => ({ story, ...historyOf(story, { first, second }, now) }))
  for (const history of histories) await write(tx, history)
  // Nobody is in a Tablo before they are anybody.
  await sql`
    update users set created_at = least(created_at, (select min(members.created_at) from members where user_id = users.id))
    where id in (${first}, ${second})`.execute(tx)
  return histories.map(({ story, tablo }) => ({
    story,
    tablo: tablo.id,
    owner: story.owner === 'second' ? second : first,
  }))
}

async function write(tx: Tx, { tablo, members, tasks, activity }: History): Promise<void> {
  await tx.insertInto('tablos').values(tablo).execute()
  await tx.insertInto('members').values(members).execute()
  if (tasks.length > 0) await tx.insertInto('tasks').values(tasks).execute()
  await tx.insertInto('activity').values(activity).execute()
  await tx.insertInto('activity_heads').values({ tablo_id: tablo.id, version: activity.length }).execute()
}

/** The demo's people who still have its password. */
async function peopleWith(reader: Reader, password: string): Promise<string[]> {
  const people = await reader
    .selectFrom('users')
    .select(['email', 'password_hash'])
    .where('email', 'in', [FIRST.email, SECOND.email])
    .orderBy('email')
    .execute()
  const right = await Promise.all(people.map(person => verifyPassword(password, person.password_hash)))
  return people.filter((_, index) => right[index]).map(({ email }) => email)
}

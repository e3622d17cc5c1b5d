// The people of the tests. They are always the same, so that a test can be read without looking them up: ada owns the
// Tablo, ben edits, vera views, eve is outside, and root is the admin, who is outside too.

import type { Person } from '../src/accounts/actor.ts'
import { startSession } from '../src/accounts/sessions.ts'
import { transaction } from '../src/platform/database/database.ts'
import { newId } from '../src/platform/ids.ts'
import { create } from '../src/tablos/tablos.ts'
import type { TestDatabase } from './database.ts'

/** Everybody's password. */
export const PASSWORD = 'correct horse battery staple'

// Made once by hashPassword: a hash for each person of each file would take longer than the tests.
const PASSWORD_HASH =
  '$argon2id$v=19$m=65536,t=1,p=4$nKsfJUu9R1XjElMCrPAspQ$P49LdU9AeNiY+xIeg4bclBYlwbOvZzqJSm5ph+0nZGs'

export const ADDRESS = '192.0.2.1'
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
export const from = { address: ADDRESS, userAgent: FIREFOX }

export interface Cast {
  ada: Person
  ben: Person
  vera: Person
  eve: Person
  root: Person
}

/** Makes the five of them. */
export async function cast(database: TestDatabase): Promise<Cast> {
  const root = await person(database, 'Root', { role: 'admin' })
  const ada = await person(database, 'Ada')
  const ben = await person(database, 'Ben')
  const vera = await person(database, 'Vera')
  const eve = await person(database, 'Eve')
  return { ada, ben, vera, eve, root }
}

/** One more person, with the password of all. */
export async function person(
  { pool }: TestDatabase,
  name: string,
  more: Partial<Pick<Person, 'email' | 'role' | 'language' | 'timeZone'>> = {},
): Promise<Person> {
  const made: Person = {
    id: newId(),
    name,
    email: `${name.toLowerCase().replaceAll(' ', '.')}@example.org`,
    role: 'user',
    language: null,
    timeZone: 'UTC',
    ...more,
  }
  await pool.query(
    `insert into users (id, name, email, role, language, time_zone, password_hash)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [made.id, made.name, made.email, made.role, made.language, made.timeZone, PASSWORD_HASH],
  )
  return made
}

/** A Tablo of ada's in which ben edits and vera views. */
export async function tabloOf(
  { db, pool }: TestDatabase,
  { ada, ben, vera }: Cast,
  title = 'Bakery',
): Promise<string> {
  const id = await create(db, ada, { title, description: '', color: 'teal' })
  // At a moment each, for lists are in the order in which people came.
  await pool.query(
    `insert into members (tablo_id, user_id, role, created_at)
     values ($1, $2, 'editor', clock_timestamp()), ($1, $3, 'viewer', clock_timestamp() + interval '1 ms')`,
    [id, ben.id, vera.id],
  )
  return id
}

/** Signs a person in without asking for the password, and gives the token for the cookie. */
export const sessionOf = ({ db }: TestDatabase, { id }: Person): Promise<string> =>
  transaction(db, tx => startSession(tx, id, from))

// What there is while requests are made, and who may know of it. Every text that is written carries a word that nobody
// can guess and that says who may ever read it; the ids of things are such words too. So whatever an answer is
// about, what it must not tell can be seen in it.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Person } from '../../src/accounts/actor.ts'
import { invite } from '../../src/tablos/invitations.ts'
import { create as createTablo } from '../../src/tablos/tablos.ts'
import { create as createTask } from '../../src/tasks/tasks.ts'
import type { TestApp } from '../app.ts'
import { ADDRESS, cast, tabloOf } from '../cast.ts'
import type { TestDatabase } from '../database.ts'
import { send } from '../files.ts'
import { jobIn, queues } from '../jobs.ts'
import type { Role } from './requests.ts'
import type { Answer } from './wire.ts'

export type Kind = 'tablo' | 'task' | 'file' | 'user' | 'job' | 'activity' | 'invitation'
type Audience = ReadonlySet<Role>

const WORD = /zq[0-9a-f]{20}/g
const AUDITED = /"(tablo|email)":"[^"]*"|"subject":\{"id":"[^"]*"/g
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const ALL: Role[] = ['ada', 'ben', 'vera', 'eve', 'root']
/** They share Tablos, and so see each other's names. */
const TOGETHER: Role[] = ['ada', 'ben', 'vera']

export type World = Awaited<ReturnType<typeof makeWorld>>

export async function makeWorld(database: TestDatabase, { deps }: TestApp) {
  const { pool, db } = database
  const people = await cast(database)
  const personOf = new Map(ALL.map((role): [Role, Person] => [role, people[role as keyof typeof people]]))
  const mayKnow = new Map<string, Audience>()
  const things = new Map<Kind, string[]>()
  await queues(database, deps)

  const wordFor = (...audience: Role[]): string => {
    const word = `zq${randomBytes(10).toString('hex')}`
    mayKnow.set(word, new Set(audience))
    return word
  }
  const together = wordFor(...TOGETHER)
  const alone = new Map<Role, string>([...ALL, 'nobody' as const].map(role => [role, wordFor(role)]))
  const names = new Map<Role, string>()
  for (const [role, { id }] of personOf) {
    const name = wordFor(...(TOGETHER.includes(role) ? TOGETHER : [role]), 'root')
    names.set(role, name)
    await pool.query('update users set name = $2, email = $3 where id = $1', [
      id,
      name,
      `${wordFor(role, 'root')}@example.org`,
    ])
    learn('user', id, mayKnow.get(name) ?? new Set())
  }

  function learn(kind: Kind, id: string, audience: Audience): void {
    if (mayKnow.has(id)) return
    mayKnow.set(id, audience)
    const ids = things.get(kind) ?? []
    things.set(kind, ids)
    ids.push(id)
  }

  /** Makes new things where many have gone, lets everybody in again, and learns of all that there is. */
  async function stock(): Promise<void> {
    await pool.query('update users set disabled_at = null')
    for (const [role, person] of personOf) {
      const word = alone.get(role) ?? ''
      const own = await createTablo(db, person, { title: word, description: word, color: 'pink' })
      await fill(own, person, word)
    }
    await fill(await tabloOf(database, people, together), people.ben, together)
    const word = alone.get('root') ?? ''
    for (const state of ['retryable', 'completed', 'scheduled'] as const)
      learn('job', await jobIn(database, state, { error: word, requestId: word }), new Set<Role>(['root']))
    const { rows } = await pool.query<{ kind: Kind; id: string; audience: string[] }>(
      `select kind, thing.id, (select array_agg(user_id) from members where members.tablo_id = thing.tablo_id) as audience
       from (select 'tablo' as kind, id, id as tablo_id from tablos
         union all select 'task', id, tablo_id from tasks
         union all select 'file', id, tablo_id from files
         union all select 'activity', id, tablo_id from activity
         union all select 'invitation', id, tablo_id from invitations) thing
       where exists (select from tablos where tablos.id = thing.tablo_id)`,
    )
    const roleOf = new Map([...personOf].map(([role, { id }]) => [id, role]))
    for (const { kind, id, audience } of rows)
      learn(kind, id, new Set(audience.flatMap(person => roleOf.get(person) ?? [])))
  }
  async function fill(tablo: string, person: Person, word: string): Promise<void> {
    for (const status of ['todo', 'done'] as const)
      await createTask(db, person, tablo, { title: word, description: word, status })
    await send(deps, person, tablo, { name: `${word}.txt`, bytes: word })
    const { rows } = await pool.query(`select user_id from members where tablo_id = $1 and role = 'owner'`, [
      tablo,
    ])
    const [owner] = [...personOf.values()].filter(({ id }) => id === rows[0].user_id)
    if (!owner) return
    const given = { email: `${word}@example.org`, role: 'viewer', open: true } as const
    await invite(db, owner, tablo, given, { address: ADDRESS, language: 'en', way: 'hand' })
  }

  /** The latest things of a kind that somebody may know of, or that they may not. */
  function latest(kind: Kind, role: Role, known: boolean): string[] {
    const ids = things.get(kind) ?? []
    return ids.slice(-200).filter(id => mayKnow.get(id)?.has(role) === known)
  }

  /** The word for what somebody writes: of those who see what the address names, if the writer is one of them. */
  function wordOf(role: Role, address: string, isOfTheirOwn: boolean): string {
    if (isOfTheirOwn) return names.get(role) ?? ''
    const audience = [...address.matchAll(UUID)].flatMap(([id]) => mayKnow.get(id) ?? [])[0]
    const shared = audience?.has(role) && audience.size === TOGETHER.length
    return (shared ? together : alone.get(role)) ?? ''
  }

  /** Throws when an answer to somebody holds what they must not know. */
  function overhear(role: Role, operation: string, { headers, body }: Answer): void {
    const whole = `${JSON.stringify(headers)} ${body}`
    // The audit tells admins whom people invite and in which Tablo roles change, by an address and an id alone.
    const text = operation === 'listAudit' ? whole.replaceAll(AUDITED, '') : whole
    for (const [secret] of [...text.matchAll(WORD), ...text.matchAll(UUID)]) {
      const audience = mayKnow.get(secret)
      assert.ok(
        !audience || audience.has(role),
        `${role} reads what is for ${[...(audience ?? [])]}: ${secret}`,
      )
    }
  }

  /** Remembers what an answer to somebody tells of; what was not known before they have just made. */
  function remember(role: Role, kind: Kind, items: readonly { id?: unknown; tablo_id?: unknown }[]): void {
    for (const { id, tablo_id } of items) {
      if (typeof id !== 'string' || kind === 'user' || kind === 'job' || kind === 'activity') continue
      learn(kind, id, mayKnow.get(String(tablo_id)) ?? new Set([role]))
    }
  }

  /** What there is, in short: whatever a request changes changes it. Counters of attempts are left out. */
  async function digest(): Promise<string> {
    const { rows } = await pool.query(
      `select (select count(*) || ':' || sum(version) from activity_heads) heads,
        (select count(*) from tablos) tablos, (select count(*) || ':' || sum(version) from tasks) tasks,
        (select count(*) from activity) activity, (select count(*) from files where state = 'stored') files,
        (select md5(string_agg(concat(tablo_id, user_id, role), ',' order by tablo_id, user_id)) from members) members,
        (select md5(string_agg(concat(id, role, open, expires_at), ',' order by id)) from invitations) invitations,
        (select count(*) from idempotency_keys) keys,
        (select count(*) from personal_tokens) personal, (select count(*) from refresh_tokens) refresh,
        (select md5(string_agg(concat(name, '|', language, '|', time_zone, '|', role, '|', disabled_at), ',' order by id)) from users) people,
        (select md5(string_agg(concat(state, id), ',' order by id)) from pgboss.job) jobs`,
    )
    return JSON.stringify(rows[0])
  }

  return { personOf, stock, latest, wordOf, overhear, remember, digest }
}

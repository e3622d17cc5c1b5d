// People and what they have. People and Tablos are made over HTTP, as anybody makes them; tasks come by the thousand
// and straight into Postgres, each with its Activity, so that versions have no gap.

import { generateNKeysBetween } from 'fractional-indexing'
import type pg from 'pg'
import { type TaskStatus, taskStatuses } from '../src/activity/kinds.ts'
import { newId } from '../src/platform/ids.ts'
import { ask, FORM } from './ask.ts'

/** Of everybody. */
export const PASSWORD = 'a long enough password'

export interface Person {
  email: string
  headers: Record<string, string>
}

export interface MadeTablo {
  id: string
  title: string
}

/** Signs a new person up. */
export async function signUp(origin: string, name: string): Promise<Person> {
  const email = `${name.toLowerCase()}@example.org`
  const { headers } = await post(
    `${origin}/signup`,
    { Origin: origin },
    {
      name,
      email,
      password: PASSWORD,
    },
  )
  const cookie = headers['set-cookie']?.[0]?.split(';')[0]
  if (!cookie) throw new Error('Signing up gave no session')
  return { email, headers: { Cookie: cookie, Origin: origin } }
}

export async function makeTablo(origin: string, owner: Person, title: string): Promise<MadeTablo> {
  const fields = { title, description: 'What we do, in which order, and who waits for what.', color: 'teal' }
  const { headers } = await post(`${origin}/tablos`, owner.headers, fields)
  const id = headers.location?.split('/').at(-1)
  if (!id) throw new Error('Making a Tablo led nowhere')
  return { id, title }
}

/** Out of ten tasks, how many are where. */
const SHARES: Record<TaskStatus, number> = { todo: 4, in_progress: 2, in_review: 1, done: 3 }
const SUBJECTS = [
  'the contract',
  'the invoice',
  'the landing page',
  'photographs for the team page',
  'the hosting',
]
const VERBS = ['Write', 'Check', 'Send the client', 'Translate', 'Ask two suppliers about', 'Publish']

/** Adds `count` tasks to a Tablo that has none. A third of them are described. */
export async function addTasks(pool: pg.Pool, tabloId: string, count: number): Promise<void> {
  const tasks = taskStatuses.flatMap(status => {
    const keys = generateNKeysBetween(null, null, (count * SHARES[status]) / 10)
    return keys.map(position => ({ id: newId(), status, position }))
  })
  const titles = tasks.map(
    (_, n) => `${VERBS[n % VERBS.length]} ${SUBJECTS[n % SUBJECTS.length]}, part ${n + 1}`,
  )
  const descriptions = tasks.map((_, n) =>
    n % 3 === 0 ? 'See the *notes* of the last call.\n\n- when\n- who' : '',
  )
  await pool.query(
    `with given as (
      select * from unnest($2::uuid[], $3::text[], $4::text[], $5::task_status[], $6::text[]) with ordinality
        as given (id, title, description, status, position, number)
    ), owner as (
      select user_id from members where tablo_id = $1 limit 1
    ), added as (
      insert into tasks (id, tablo_id, title, description, status, position, created_by)
      select id, $1, title, description, status, position, user_id from given, owner
    ), head as (
      update activity_heads set version = version + $7 where tablo_id = $1 returning version - $7 as before
    )
    insert into activity (id, tablo_id, version, actor_id, subject_id, kind, payload)
    select gen_random_uuid(), $1, before + number, user_id, id, 'task_created', jsonb_build_object('title', title)
    from given, owner, head`,
    [
      tabloId,
      tasks.map(task => task.id),
      titles,
      descriptions,
      tasks.map(task => task.status),
      tasks.map(task => task.position),
      tasks.length,
    ],
  )
  // Left to itself, autovacuum would come in the middle of some measurement.
  await pool.query('vacuum analyze tasks')
  await pool.query('vacuum analyze activity')
}

async function post(url: string, headers: Record<string, string>, fields: Record<string, string>) {
  const answer = await ask(url, { ...headers, ...FORM }, new URLSearchParams(fields).toString())
  if (answer.status !== 303) throw new Error(`${url} answered ${answer.status}: ${answer.body}`)
  return answer
}

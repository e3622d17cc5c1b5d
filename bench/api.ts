// The API beside the pages: a page of the tasks of a large Tablo, one task, tasks added and moved, each by a program that
// signed in (a JWT, which is checked without a query) and by one with a personal token (which costs a query).

import { createPersonalToken } from '../src/accounts/personal-tokens.ts'
import { connect } from '../src/platform/database/database.ts'
import { ask } from './ask.ts'
import { type Case, floorsFor, type Ground, type Group } from './measure.ts'
import { type MadeTablo, PASSWORD } from './people.ts'
import { pageAt, pageCase, group as readGroup } from './reading.ts'
import { byProgram } from './speaking.ts'
import { createRound, moveRound, TARGETS, tabloOf, group as writeGroup } from './writing.ts'

const SIZE = 1_000
/** The longest page of a list. */
const PAGE = 200

/** A page of a list, and beside it the Kanban, which is all of it. */
export async function apiList(ground: Ground): Promise<Group> {
  const tablo = await tabloOf(ground, SIZE)
  const path = `/api/v1/tablos/${tablo.id}/tasks?limit=${PAGE}`
  const says = (body: string) => (JSON.parse(body) as { items: unknown[] }).items.length === PAGE
  const html = { path: `/tablos/${tablo.id}/tasks`, says: (body: string) => body.includes(tablo.title) }
  return reading(ground, `${PAGE} of ${SIZE.toLocaleString('en')} tasks`, { path, says }, html)
}

/** One task, and beside it its page. */
export async function apiRead(ground: Ground): Promise<Group> {
  const tablo = await tabloOf(ground, SIZE)
  const id = await taskIn(ground, tablo)
  const says = (body: string) => (JSON.parse(body) as { id: string }).id === id
  const html = { path: `/tablos/${tablo.id}/tasks/${id}`, says: (body: string) => body.includes(tablo.title) }
  return reading(ground, 'a task', { path: `/api/v1/tasks/${id}`, says }, html)
}

export async function apiCreate(ground: Ground): Promise<Group> {
  const sizes: number[] = []
  const cases: Case[] = []
  for (const [name, token] of await tokens(ground)) {
    const round = async (seconds: number) =>
      createRound(ground, await tabloOf(ground, SIZE), byProgram(token), seconds, sizes)
    await round(0.1)
    cases.push({ name: `API, create, ${name}`, bytes: 0, targets: TARGETS, round })
  }
  return writeGroup(ground, cases, sizes)
}

export async function apiMove(ground: Ground): Promise<Group> {
  const sizes: number[] = []
  const cases: Case[] = []
  const tablo = await tabloOf(ground, SIZE)
  for (const [name, token] of await tokens(ground)) {
    const round = (seconds: number) => moveRound(ground, tablo, byProgram(token), seconds, sizes)
    await round(0.1)
    cases.push({ name: `API, move, ${name}`, bytes: 0, targets: TARGETS, round })
  }
  return writeGroup(ground, cases, sizes)
}

interface Read {
  path: string
  says(body: string): boolean
}

async function reading(ground: Ground, what: string, json: Read, html: Read): Promise<Group> {
  const cases: Case[] = []
  let bytes = 0
  for (const [name, token] of await tokens(ground)) {
    const page = await pageAt(ground, json.path, { Authorization: `Bearer ${token}` }, json.says)
    bytes = page.bytes
    cases.push(pageCase(ground, `API, ${what}, ${name}`, page))
  }
  const page = await pageAt(ground, html.path, ground.person.headers, html.says)
  cases.push(pageCase(ground, `The same as a page`, page))
  return { ...readGroup(ground, page, cases), floors: floorsFor(ground, bytes, 'GET') }
}

/** Both kinds of token of the person, by their name. */
async function tokens({ product, pool, person, signal }: Ground): Promise<[string, string][]> {
  signal.throwIfAborted()
  const body = JSON.stringify({ email: person.email, password: PASSWORD })
  const answer = await ask(
    `${product.origin}/api/v1/auth/token`,
    { 'Content-Type': 'application/json' },
    body,
  )
  const { access_token: jwt } = JSON.parse(String(answer.body)) as { access_token?: string }
  if (jwt === undefined) throw new Error(`Signing in gave no token: ${answer.body}`)
  const { rows } = await pool.query<{ id: string }>('select id from users where email = $1', [person.email])
  const actor = { id: rows[0]?.id ?? '', role: 'user' as const }
  const asked = { name: 'Bench', scope: 'write' as const, days: 7 as const }
  const personal = await createPersonalToken(connect(pool), actor, asked, '127.0.0.1')
  return [
    ['JWT', jwt],
    ['personal token', personal],
  ]
}

async function taskIn({ pool }: Ground, { id }: MadeTablo): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from tasks where tablo_id = $1 order by status, position limit 1',
    [id],
  )
  return rows[0]?.id ?? ''
}

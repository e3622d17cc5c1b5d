// What is read: the sign-in page, the dashboard, the Kanban. Beside the load each page is fetched in the middle of a
// round and after it, and read whole.

import { setTimeout } from 'node:timers/promises'
import { ask } from './ask.ts'
import { type Round, read } from './drive.ts'
import { type Case, floorsFor, type Ground, type Group, type Target } from './measure.ts'
import { keepMoving } from './moving.ts'
import { addTasks, type MadeTablo, makeTablo, type Person, signUp } from './people.ts'
import { byForm } from './speaking.ts'

const DASHBOARD = 50
const TASKS_EACH = 20

export interface Page {
  path: string
  headers: Record<string, string>
  bytes: number
  says(body: string): boolean
}

export async function signIn(ground: Ground): Promise<Group> {
  const page = await pageAt(ground, '/login', {}, body => body.includes('name="password"'))
  return group(ground, page, [pageCase(ground, 'Sign-in page', page)])
}

export async function dashboard(ground: Ground): Promise<Group> {
  const page = await dashboardOf(ground, 'Dashboard')
  return group(ground, page, [pageCase(ground, `Dashboard, ${DASHBOARD} Tablos`, page)])
}

/** The dashboard of a new person. */
export async function dashboardOf(ground: Ground, name: string): Promise<Page> {
  const { origin } = ground.product
  const person = await signUp(origin, name)
  const tablos: MadeTablo[] = []
  for (let n = 1; n <= DASHBOARD; n++) {
    ground.signal.throwIfAborted()
    const tablo = await makeTablo(origin, person, `Website of client ${n}`)
    await addTasks(ground.pool, tablo.id, TASKS_EACH)
    tablos.push(tablo)
  }
  const says = (body: string) => tablos.every(tablo => body.includes(tablo.title) && body.includes(tablo.id))
  return pageAt(ground, '/', person.headers, says)
}

/** A Kanban that nobody changes, and one on which a task moves every 100 ms. */
export async function kanban(ground: Ground, size: number): Promise<Group> {
  const { pool, person, product } = ground
  const tablo = await makeTablo(product.origin, person, `Kanban of ${size}`)
  await addTasks(pool, tablo.id, size)
  const name = `Kanban, ${size.toLocaleString('en')} tasks`
  const page = await pageAt(ground, `/tablos/${tablo.id}/tasks`, person.headers, kanbanSays(tablo))
  const still = pageCase(ground, `${name}, unchanged`, page, body => isAsStored(ground, tablo, body))
  const moving: Case = {
    ...still,
    name: `${name}, one moves every 100 ms`,
    async round(seconds) {
      const mover = await keepMoving(pool, product.origin, tablo.id, byForm(person))
      const round = await readWith(ground, page, seconds, async body => idsIn(body).size === size)
      const failures = round.failures + (await mover.stop())
      // What was moved last must be where it was put, on the very next page.
      const fresh = await isAsStored(ground, tablo, await bodyOf(ground, page))
      return { ...round, failures: failures + (fresh ? 0 : 1) }
    },
  }
  const atLeast = (share: number): Target[] =>
    size === 1_000 ? [{ atLeast: share, of: 'first floor' }, { failures: 0 }] : [{ failures: 0 }]
  return group(ground, page, [
    { ...still, targets: atLeast(0.5) },
    { ...moving, targets: atLeast(0.2) },
  ])
}

const kanbanSays = (tablo: MadeTablo) => (body: string) =>
  body.includes(tablo.title) && body.trimEnd().endsWith('</html>')

/** The tasks that a page of a Kanban links to, in its order; each once, or the page is wrong. */
function idsIn(body: string): Set<string> {
  const ids = [...body.matchAll(/href="\/tablos\/[\w-]+\/tasks\/([\w-]{36})"/g)].map(([, id = '']) => id)
  return ids.length === new Set(ids).size ? new Set(ids) : new Set()
}

/** Whether a page shows every task of the Tablo, once and in the order of the database. */
export async function isAsStored(
  { pool }: Pick<Ground, 'pool'>,
  tablo: MadeTablo,
  body: string,
): Promise<boolean> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from tasks where tablo_id = $1 order by status, position',
    [tablo.id],
  )
  return rows.map(row => row.id).join() === [...idsIn(body)].join()
}

export function group(ground: Ground, page: Page, cases: Case[]): Group {
  return { cases, floors: floorsFor(ground, page.bytes, 'GET') }
}

export function pageCase(
  ground: Ground,
  name: string,
  page: Page,
  isRight: (body: string) => Promise<boolean> = async body => page.says(body),
): Case {
  const targets: Target[] = [{ failures: 0 }]
  return { name, bytes: page.bytes, targets, round: seconds => readWith(ground, page, seconds, isRight) }
}

async function readWith(
  ground: Ground,
  page: Page,
  seconds: number,
  isRight: (body: string) => Promise<boolean>,
): Promise<Round> {
  const { headers, bytes, says } = page
  const look = async () => isRight(await bodyOf(ground, page))
  const [round, midway] = await Promise.all([
    read({ url: ground.product.origin + page.path, headers, bytes, says }, seconds, ground.signal),
    setTimeout((seconds * 1000) / 2).then(look),
  ])
  const after = await look()
  return { ...round, failures: round.failures + [midway, after].filter(right => !right).length }
}

async function bodyOf(
  { product }: Ground,
  { path, headers }: Pick<Page, 'path' | 'headers'>,
): Promise<string> {
  const { status, body } = await ask(product.origin + path, headers)
  return status === 200 ? String(body) : ''
}

/** The page as it is now, or the answer of the API. Throws when it is not what it should be. */
export async function pageAt(
  ground: Ground,
  path: string,
  headers: Person['headers'],
  says: (body: string) => boolean,
): Promise<Page> {
  const body = await bodyOf(ground, { path, headers })
  if (!says(body)) throw new Error(`${path} does not show what it should: ${body.slice(0, 500) || 'nothing'}`)
  return { path, headers, bytes: Buffer.byteLength(body), says }
}

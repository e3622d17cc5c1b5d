// A request for every route of the API that would do what the route is for, against things that are there. What a call
// changes or destroys is made for that call alone, so that no answer depends on the one before.

import type { Person } from '../src/accounts/actor.ts'
import { newId } from '../src/platform/ids.ts'
import { invite } from '../src/tablos/invitations.ts'
import { create as createTask } from '../src/tasks/tasks.ts'
import type { TestApp } from './app.ts'
import { ADDRESS, type Cast, PASSWORD, person, tabloOf } from './cast.ts'
import type { TestDatabase } from './database.ts'
import { send } from './files.ts'
import { jobIn } from './jobs.ts'
import { familyOf } from './tokens.ts'

const ROOT = '/api/v1'

export interface Call {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | undefined
}

export interface Answered {
  status: number
  headers: Headers
  text: string
}

/** Every route under /api, as `GET /tablos/:tablo_id` or `GET /api/docs`; what stands before a route, such as a guard, is none. */
export const apiRoutes = ({ app }: Pick<TestApp, 'app'>): string[] => [
  ...new Set(
    app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api'))
      .map(({ method, path }) => `${method} ${path.startsWith(ROOT) ? path.slice(ROOT.length) : path}`),
  ),
]

const json = (value: unknown) => ({
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
})
const bytes = { headers: { 'Content-Type': 'application/octet-stream' }, body: 'flour, yeast, salt' }

/** Makes requests; `owners` are in every Tablo beside the cast. */
export function walker(web: TestApp, database: TestDatabase, people: Cast, owners: readonly Person[]) {
  const { deps } = web

  async function tablo(): Promise<string> {
    const id = await tabloOf(database, people)
    for (const { id: owner } of owners)
      await deps.pool.query(`insert into members (tablo_id, user_id, role) values ($1, $2, 'owner')`, [
        id,
        owner,
      ])
    return id
  }
  const task = async (of: string) => {
    const fields = { title: 'Order flour', description: '', status: 'todo' } as const
    return (await createTask(deps.db, people.ada, of, fields)).id
  }
  const file = async (of: string) => (await send(deps, people.ada, of, { name: 'Quote' }))[0]?.id ?? ''

  const invitation = async (of: string) => {
    const given = { email: `${newId()}@example.org`, role: 'viewer', open: true } as const
    // By hand: nobody is to pass the mails of a day.
    return invite(deps.db, people.ada, of, given, { address: ADDRESS, language: 'en', way: 'hand' })
  }

  /** What is there for a parameter of a path. One that is not here fails the walk until it is. */
  const there: Record<string, () => Promise<string>> = {
    tablo_id: tablo,
    task_id: async () => task(await tablo()),
    file_id: async () => file(await tablo()),
    // In every Tablo of the walk.
    member_id: async () => people.ben.id,
    invitation_id: async () => (await invitation(await tablo())).id,
    user_id: async () => (await person(database, `Somebody ${newId()}`)).id,
    job_id: () => jobIn(database, 'retryable'),
  }

  const refresh = async () =>
    json({ refresh_token: (await familyOf(deps, await person(database, `Caller ${newId()}`))).refreshToken })
  /** A body, where a route asks for one. */
  const bodies: Record<string, () => Promise<Partial<Call>> | Partial<Call>> = {
    'POST /auth/token': async () => {
      const { email } = await person(database, `Caller ${newId()}`)
      return json({ email, password: PASSWORD })
    },
    'POST /auth/refresh': refresh,
    'POST /auth/revoke': refresh,
    'PATCH /me': () => json({ time_zone: 'Europe/Paris' }),
    // By a wrong password, for it is the caller who would be gone.
    'DELETE /me': () => json({ password: 'not the password' }),
    'POST /tablos': () => json({ title: 'Bakery' }),
    'PATCH /tablos/:tablo_id': () => json({ title: 'Bakery, second shop' }),
    'POST /tablos/:tablo_id/tasks': () => json({ title: 'Order flour' }),
    'PATCH /tasks/:task_id': () => json({ status: 'done' }),
    'POST /tasks/:task_id/move': () => json({ status: 'done', after: null }),
    'POST /tablos/:tablo_id/files?name=List': () => bytes,
    'PATCH /tablos/:tablo_id/members/:member_id': () => json({ role: 'viewer' }),
    'POST /tablos/:tablo_id/transfer': () => json({ member_id: people.ben.id }),
    'POST /tablos/:tablo_id/invitations': () => json({ email: `${newId()}@example.org` }),
    'POST /invitations/accept': async () => json({ token: (await invitation(await tablo())).token }),
  }

  /** The request, with `ids` for parameters of the path instead of what is there. */
  async function callOf(route: string, ids?: Readonly<Record<string, string>>): Promise<Call> {
    const [method = '', path = ''] = route.split(' ')
    const [with_, make] = Object.entries(bodies).find(([key]) => key.split('?')[0] === route) ?? []
    let address = `${path.startsWith('/api/') ? '' : ROOT}${path}${with_?.includes('?') ? with_.slice(with_.indexOf('?')) : ''}`
    for (const [whole, name = ''] of path.matchAll(/:(\w+)/g)) {
      const value = ids?.[name] ?? (await there[name]?.())
      if (value === undefined) throw new Error(`the walk has nothing for ${whole} in ${route}`)
      address = address.replace(whole, value)
    }
    return { method, path: address, ...(await make?.()) }
  }

  /** Sends a request from an address of its own, since sign-ins from one are limited. */
  async function answerOf({ method, path, headers, body }: Call, more: Call['headers']): Promise<Answered> {
    const request = new Request(new URL(path, deps.config.baseUrl), {
      method,
      headers: { ...headers, ...more },
      ...(body !== undefined && method !== 'GET' && { body }),
    })
    const socket = { remoteAddress: `192.0.2.${sent++ % 250}`, remoteFamily: 'IPv4' }
    const answer = await web.app.fetch(request, { incoming: { socket } })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  let sent = 0

  return { callOf, answerOf, there }
}

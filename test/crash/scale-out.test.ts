// Two web processes behind one address that sends each request to the other one, and two workers, on one database.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PASSWORD } from '../cast.ts'
import { Client } from '../client.ts'
import { xtablo } from '../command.ts'
import { testDatabase } from '../database.ts'
import { balance, freePort } from './balancer.ts'
import { until } from './working.ts'

const database = await testDatabase()
const ports = [await freePort(), await freePort()]
const address = await balance(ports)
after(() => address.close())
const environment = {
  BASE_URL: address.url.href,
  TRUST_PROXY: '127.0.0.1',
  SESSION_SECRET: 'one and the same for all the processes',
}
const webs = ports.map(port => xtablo(database, ['web'], { ...environment, PORT: String(port) }))
const workers = [xtablo(database, ['worker'], environment), xtablo(database, ['worker'], environment)]
await Promise.all([
  ...webs.map(web => web.says(/Xtablo is ready/)),
  ...workers.map(worker => worker.says(/worker ready/)),
])

const browser = () => new Client({ fetch: request => fetch(request, { redirect: 'manual' }) }, address.url)

async function newPerson(name: string): Promise<Client> {
  const client = browser()
  const answer = await client.post('/signup', {
    name,
    email: `${name.toLowerCase()}@example.org`,
    password: PASSWORD,
    time_zone: 'UTC',
  })
  assert.equal(answer.status, 303, answer.text)
  return client
}

async function newTablo(client: Client): Promise<string> {
  const { location } = await client.post('/tablos', { title: 'Bakery', description: '', color: 'teal' })
  return location?.split('/').at(-1) ?? ''
}

/** A program of somebody's, who has just signed in. */
async function program(email: string) {
  const call = (path: string, init: RequestInit = {}, token?: string) =>
    fetch(new URL(`/api/v1${path}`, address.url), {
      ...init,
      headers: {
        'Content-Type': 'application/json',
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(init.headers as Record<string, string>),
      },
    })
  const answer = await call('/auth/token', {
    method: 'POST',
    body: JSON.stringify({ email, password: PASSWORD }),
  })
  const tokens = (await answer.json()) as { access_token: string; refresh_token: string }
  assert.equal(answer.status, 200)
  return {
    refreshToken: tokens.refresh_token,
    call: (path: string, init?: RequestInit) => call(path, init, tokens.access_token),
  }
}

test('who signed in at one is signed in at both, and who signed out at one is signed out at both', async () => {
  const ada = await newPerson('Ada')
  const token = ada.token ?? ''
  const servers = new Set<number>()
  for (let n = 0; n < 6; n++) {
    const page = await ada.get('/')
    assert.match(page.text, /Ada/)
    servers.add(address.served())
  }
  assert.deepEqual([...servers].sort(), [0, 1])
  address.next(0)
  await ada.post('/logout')
  for (let n = 0; n < 4; n++) assert.equal((await browser().carry(token).get('/')).status, 303)
})

test('what is changed at one is shown by the other at once, and a page that has not changed is 304 from either', async () => {
  const ben = await newPerson('Ben')
  const kanban = `/tablos/${await newTablo(ben)}/tasks`
  for (const at of [0, 1]) {
    address.next(at)
    await ben.post(kanban, { title: `Ask for flour at ${at}`, status: 'todo', after: '' })
    assert.match((await ben.get(kanban)).text, new RegExp(`Ask for flour at ${at}`))
    assert.notEqual(address.served(), at)
  }
  address.next(0)
  const etag = (await ben.get(kanban)).headers.get('ETag') ?? ''
  assert.equal((await ben.get(kanban, { 'If-None-Match': etag })).status, 304)
  assert.equal(address.served(), 1)
  const { call } = await program('ben@example.org')
  address.next(0)
  const list = `/tablos/${kanban.split('/')[2]}/tasks`
  const tag = (await call(list)).headers.get('ETag') ?? ''
  assert.equal((await call(list, { headers: { 'If-None-Match': tag } })).status, 304)
  assert.equal(address.served(), 1)
})

test('a request that is sent again to the other with its Idempotency-Key gives what the first one made', async () => {
  const cleo = await newPerson('Cleo')
  const tablo = await newTablo(cleo)
  const { call } = await program('cleo@example.org')
  const make = () =>
    call(`/tablos/${tablo}/tasks`, {
      method: 'POST',
      body: JSON.stringify({ title: 'Once', status: 'todo' }),
      headers: { 'Idempotency-Key': 'a-key-of-ours' },
    })
  address.next(0)
  const first = await make()
  const again = await make()
  assert.equal(address.served(), 1)
  assert.deepEqual(
    [first.status, again.status, again.headers.get('Idempotency-Replayed')],
    [201, 201, 'true'],
  )
  assert.deepEqual(await again.json(), await first.json())
})

test('five attempts a minute are five over both, also for programs', async () => {
  await newPerson('Dora')
  const attempt = () =>
    browser().post('/login', { email: 'dora@example.org', password: 'not this one at all' })
  const answers: number[] = []
  for (let n = 0; n < 7; n++) answers.push((await attempt()).status)
  assert.deepEqual(answers, [401, 401, 401, 401, 401, 429, 429])
  const body = JSON.stringify({ email: 'dora@example.org', password: PASSWORD })
  const headers = { 'Content-Type': 'application/json' }
  for (let n = 0; n < 2; n++) {
    const answer = await fetch(new URL('/api/v1/auth/token', address.url), { method: 'POST', headers, body })
    assert.equal(answer.status, 429)
  }
})

test('access that was revoked at one ends at the other within half a minute', {
  timeout: 60_000,
}, async () => {
  await newPerson('Emil')
  const { call, refreshToken } = await program('emil@example.org')
  for (const at of [0, 1]) {
    address.next(at)
    assert.equal((await call('/me')).status, 200)
  }
  address.next(0)
  await call('/auth/revoke', { method: 'POST', body: JSON.stringify({ refresh_token: refreshToken }) })
  await until('the other refuses', 30, async () => {
    address.next(1)
    return (await call('/me')).status === 401
  })
})

test('what is enqueued at either is run once over both workers, and the page of jobs is the same from both', async () => {
  // The first one who signed up.
  const ada = browser()
  await ada.post('/login', { email: 'ada@example.org', password: PASSWORD })
  const ids: string[] = []
  for (let n = 0; n < 30; n++) {
    const { text } = await ada.post('/debug/enqueue-test')
    ids.push(/id=(\S+)/.exec(text)?.[1] ?? '')
  }
  const runs = () =>
    workers.flatMap(({ said }) => [...said().matchAll(/worker heartbeat job_id=(\S+)/g)].map(([, id]) => id))
  await until('all have run', 20, async () => ids.every(id => runs().includes(id)))
  for (const id of ids) assert.equal(runs().filter(each => each === id).length, 1)
  const counts = async (at: number) => {
    address.next(at)
    return /<table class="table jobs-counts">.*?<\/table>/s.exec((await ada.get('/admin/jobs')).text)?.[0]
  }
  // A heartbeat of the clock may come between two looks.
  await until('both show the same', 10, async () => {
    const shown = await counts(0)
    return shown !== undefined && shown === (await counts(1))
  })
})

test('one web process that is killed takes nobody’s session along, and the address goes on', async () => {
  const fred = await newPerson('Fred')
  const [first] = webs
  first?.process.kill('SIGKILL')
  await first?.ended
  for (let n = 0; n < 6; n++) assert.match((await fred.get('/')).text, /Fred/)
  assert.equal(address.served(), 1)
})

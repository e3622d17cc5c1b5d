// The API against its own document: requests of every kind, from people of every kind, over a socket, in walks in which
// each may use what the ones before were answered. Whatever is sent, no answer is a fault, each is one that the document
// says, nobody reads what is not for them, and what is refused changes nothing.
//
// API_PROPERTY_RUNS is how many requests there are, but for those that are sent twice; API_PROPERTY_SEED repeats a run.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { listen } from '../src/platform/web/server.ts'
import { testApp } from './app.ts'
import { sessionOf } from './cast.ts'
import { testDatabase } from './database.ts'
import type { Tokens } from './property/authorization.ts'
import { readDocument } from './property/document.ts'
import { judge } from './property/judge.ts'
import { anyPlan, type Plan } from './property/requests.ts'
import { requestOf, type Seen } from './property/sending.ts'
import { type Answer, curlOf, isHeadTooLarge, wire } from './property/wire.ts'
import { type Kind, makeWorld } from './property/world.ts'
import { familyOf, personalTokenOf } from './tokens.ts'

const WALK = 20
const requests = Number(process.env.API_PROPERTY_RUNS ?? 2_000)
const seed = Number(process.env.API_PROPERTY_SEED ?? Date.now() % 2 ** 31)

const database = await testDatabase()
const web = testApp(database, { MAX_UPLOAD_SIZE_MB: '1' })
const server = await listen(web.app, '127.0.0.1', 0)
const { send, close } = wire(server.port)
after(async () => {
  close()
  await server.stop(1_000)
})
const document = await readDocument(`http://127.0.0.1:${server.port}`)
const operations = new Map(document.operations.map(each => [each.id, each]))
const world = await makeWorld(database, web)
const seen: Seen = { cursors: new Map(), tags: new Map(), refresh: [] }
const tokens: Tokens = {}
const counted = new Map<string, number>()
let walks = 0
/** What was asked before, on the same connection */
let previous = 'nothing'
/** What there is, as far as nothing has changed it since */
let digest: string | undefined

/** Sends what is planned, and holds the answer to everything that must be true of it. */
async function step(plan: Plan, run: number): Promise<void> {
  const operation = operations.get(plan.operation)
  assert.ok(operation)
  const request = requestOf(operation, plan, { world, seen, tokens, run })
  for (const _ of plan.again ? [1, 2] : [1]) {
    let answer: Answer | undefined
    try {
      const reads = request.method === 'GET'
      if (!reads || plan.watched) digest ??= await world.digest()
      answer = await send(request)
      // Before the application, and so in no document.
      if (answer.status === 431 && isHeadTooLarge(request)) continue
      judge(document, operation, answer)
      world.overhear(plan.who, plan.operation, answer)
      if (!reads && answer.status < 400) digest = undefined
      else if (!reads || plan.watched) assert.equal(await world.digest(), digest, 'nothing has changed')
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      throw new Error(
        `${said.slice(0, 4_000)}\n${plan.who}: ${curlOf(request)}\n→ ${answer?.status}\nafter ${previous}`,
      )
    }
    previous = `${curlOf(request).slice(0, 1_500)}\n→ ${answer.status}`
    const outcome = `${operation.id} ${answer.status}`
    counted.set(outcome, (counted.get(outcome) ?? 0) + 1)
    remember(plan, request.path, answer)
  }
}

function remember({ who, operation: id }: Plan, path: string, { status, headers, body }: Answer): void {
  if (headers.etag) seen.tags.set(path.split('?')[0] ?? '', headers.etag)
  const item = operations.get(id)
  if (status >= 300 || !item || !headers['content-type']?.startsWith('application/json')) return
  const value = JSON.parse(body.toString())
  if (value.refresh_token) seen.refresh.push(value.refresh_token)
  if (value.next) seen.cursors.set(id, [...(seen.cursors.get(id) ?? []), value.next])
  world.remember(who, (document.itemOf(item, status) ?? '').toLowerCase() as Kind, value.items ?? [value])
}

/** Sees to it that there is something to ask for, and somebody to ask for it. */
async function prepare(): Promise<void> {
  digest = undefined
  await world.stock()
  for (const [role, person] of world.personOf) {
    const { accessToken, refreshToken } = await familyOf(web.deps, person)
    seen.refresh.push(refreshToken)
    const kept = tokens[role] ?? {
      expired: (await familyOf(web.deps, person, 16)).accessToken,
      personal: await personalTokenOf(web.deps, person),
      reading: await personalTokenOf(web.deps, person, 'read'),
      cookie: await sessionOf(database, person),
    }
    tokens[role] = { ...kept, access: accessToken }
  }
}

test('whatever is sent, the answer is one that the document says, and tells nobody what is not for them', async t => {
  t.diagnostic(`API_PROPERTY_SEED=${seed}`)
  await prepare()
  const walk = fc.array(anyPlan(document.operations), { minLength: WALK, maxLength: WALK, size: 'max' })
  const property = fc.asyncProperty(walk, async plans => {
    const run = walks++
    if (run % 10 === 9) await prepare()
    for (const plan of plans) await step(plan, run)
  })
  const limits = { seed, numRuns: Math.ceil(requests / WALK), endOnFailure: true }
  const { failed, errorInstance } = await fc.check(property, limits)
  for (const [outcome, times] of [...counted].sort()) t.diagnostic(`${outcome}: ${times}`)
  assert.ok(!failed, `API_PROPERTY_SEED=${seed}\n${errorInstance}`)
})

// What a caller may not see and what does not exist are answered by the same bytes, whatever else is sent: else the
// difference would tell what is there. Every route that names something is asked for three things, of which one is
// there and hidden, one is nowhere, and one can't be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'
import { cast } from '../test/cast.ts'
import { testDatabase } from '../test/database.ts'
import { queues } from '../test/jobs.ts'
import { personalTokenOf } from '../test/tokens.ts'
import { type Answered, apiRoutes, type Call, walker } from '../test/walk.ts'
import { newId } from './platform/ids.ts'

const database = await testDatabase()
const web = testApp(database)
const people = await cast(database)
await queues(database, web.deps)
const { callOf, answerOf, there } = walker(web, database, people, [])

const USED = 'used-for-something-else'
const JSON_TYPE = { 'Content-Type': 'application/json' }
const LARGE = 'x'.repeat(1_100_000)
const typed = (type: string, body: string) => (call: Call) => ({
  ...call,
  headers: { 'Content-Type': type },
  body,
})
const headed = (headers: Record<string, string>) => (call: Call) => ({
  ...call,
  headers: { ...call.headers, ...headers },
})
const asked = (query: string) => (call: Call) => ({
  ...call,
  path: call.path + (call.path.includes('?') ? '&' : '?') + query,
})
const bodiless = ({ body, headers, ...call }: Call) => call

/** What else may be wrong with a request, or special about it. */
const VARIANTS: Record<string, (call: Call) => Call> = {
  'as it should be': call => call,
  'a field that is refused': typed('application/json', '{"title":5,"status":"x","x":1}'),
  'another kind of JSON': typed('application/json', '[]'),
  'malformed JSON': typed('application/json', '{'),
  'a form': typed('application/x-www-form-urlencoded', 'title=x'),
  'a broken form': typed('multipart/form-data; boundary=x', 'x'),
  'a form without a boundary': typed('multipart/form-data', 'x'),
  'no body': bodiless,
  'an empty body': typed('application/json', ''),
  'a body that is too large': call => ({ ...call, body: LARGE }),
  'a tag': headed({ 'If-Match': '"1"' }),
  'any tag': headed({ 'If-Match': '*', 'If-None-Match': '*' }),
  'a range': headed({ Range: 'bytes=0-1' }),
  'a key': headed({ 'Idempotency-Key': 'fresh' }),
  'a key used for something else': headed({ 'Idempotency-Key': USED }),
  'a malformed key': headed({ 'Idempotency-Key': 'a b' }),
  'a query that nobody knows': asked('x=1'),
  'a refused limit': asked('limit=0&limit=x'),
  'a made-up cursor': asked('cursor=bm9uZQ'),
  'no such activity': asked(`after=${newId()}`),
}

/** All of an answer but what is new in each. */
function told({ status, headers, text }: Answered): unknown {
  const kept = [...headers].filter(([name]) => name !== 'x-request-id')
  return { status, headers: kept, text: text.replace(/"request_id":"[^"]*"/, '') }
}

const CAN_NOT_BE = 'none'

const strangers = {
  stranger: { Authorization: `Bearer ${await personalTokenOf(web.deps, people.eve)}` },
  admin: { Authorization: `Bearer ${await personalTokenOf(web.deps, people.root)}` },
}
for (const token of Object.values(strangers)) {
  const call = { method: 'POST', path: '/api/v1/tablos', headers: JSON_TYPE, body: '{"title":"Bakery"}' }
  assert.equal((await answerOf(call, { ...token, 'Idempotency-Key': USED })).status, 201)
}

const hidden: Record<string, string> = {}
for (const [name, make] of Object.entries(there)) hidden[name] = await make()
const ids = (id: () => string) => Object.fromEntries(Object.keys(there).map(name => [name, id()]))

for (const [who, token] of Object.entries(strangers)) {
  const routes = apiRoutes(web).filter(
    route => route.includes(':') && !(who === 'admin' && /:(user|job)_id/.test(route)),
  )
  test(`what is hidden from the ${who} is answered like what is not there, whatever they send`, async () => {
    assert.ok(routes.length > 10)
    for (const route of routes)
      for (const [what, vary] of Object.entries(VARIANTS)) {
        if (route.startsWith('GET') && /body|JSON|form|field/.test(what)) continue
        const answers: unknown[] = []
        for (const named of [hidden, ids(newId), ids(() => CAN_NOT_BE)])
          answers.push(told(await answerOf(vary(await callOf(route, named)), token)))
        const [of, nowhere, impossible] = answers
        assert.equal((of as Answered).status, 404, `${route} with ${what}`)
        assert.deepEqual(of, nowhere, `${route} with ${what}`)
        assert.deepEqual(of, impossible, `${route} with ${what}`)
      }
  })
}

test('a token that may only read is told so alike of what is hidden and of what is not there', async () => {
  const token = { Authorization: `Bearer ${await personalTokenOf(web.deps, people.eve, 'read')}` }
  for (const route of apiRoutes(web).filter(route => route.includes(':'))) {
    const [of, nowhere] = [hidden, ids(newId)].map(async named =>
      told(await answerOf(await callOf(route, named), token)),
    )
    assert.deepEqual(await of, await nowhere, route)
  }
})

test('to anybody but an admin, what is for admins is answered like an address that leads nowhere', async () => {
  const nowhere = told(await answerOf({ method: 'GET', path: '/api/v1/nothing' }, strangers.stranger))
  for (const route of ['GET /users', 'GET /jobs', 'GET /jobs/:job_id'])
    assert.deepEqual(told(await answerOf(await callOf(route), strangers.stranger)), nowhere, route)
})

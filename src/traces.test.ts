// Traces as a collector gets them from the product.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { cast, PASSWORD, tabloOf } from '../test/cast.ts'
import { type Collector, startCollector } from '../test/collector.ts'
import { xtablo } from '../test/command.ts'
import { testDatabase } from '../test/database.ts'

const database = await testDatabase()
const people = await cast(database)
const tablo = await tabloOf(database, people)
const READY = /Xtablo is ready: (http:\/\/[\w.]+:\d+)\//
const [SERVER, CLIENT, CONSUMER] = [2, 3, 5]

async function start(
  environment: Record<string, string>,
  args = ['start'],
): Promise<{ url: string; stop: () => Promise<string> }> {
  const product = xtablo(database, args, environment)
  const [, url = ''] = await product.says(READY)
  const stop = async () => {
    product.process.kill('SIGTERM')
    assert.equal(await product.ended, 0, product.said())
    return product.said()
  }
  return { url, stop }
}

const tracing = ({ endpoint }: Collector) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })

/** Signs Ada in, and gives the cookie of her session. */
async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: url },
    body: new URLSearchParams({ email: people.ada.email, password: PASSWORD }),
  })
  assert.equal(answer.status, 303)
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

test('a request is a span with its statements below it, under the trace of whoever asks, sent by the end', async () => {
  const collector = await startCollector()
  const { url, stop } = await start(tracing(collector), ['web'])
  const cookie = await signIn(url)
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const page = await fetch(`${url}/tablos/${tablo}?q=typed`, {
    headers: { Cookie: cookie, traceparent, 'X-Request-Id': 'asked-by-a-test' },
  })
  assert.equal(page.status, 200)
  const said = await stop()

  const request = collector.spans().find(({ name }) => name === 'GET /tablos/:id')
  assert.ok(request)
  assert.deepEqual(
    [request.traceId, request.parent, request.kind, request.failed],
    ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', SERVER, false],
  )
  assert.deepEqual(request.attributes, {
    'http.request.method': 'GET',
    'http.route': '/tablos/:id',
    'http.response.status_code': 200,
    'xtablo.request_id': 'asked-by-a-test',
  })
  assert.match(said, /request_id=asked-by-a-test .* trace_id=0af7651916cd43dd8448eb211c80319c/)
  const statements = collector.spans().filter(({ parent }) => parent === request.id)
  assert.ok(statements.length >= 2)
  for (const { kind, name, attributes, traceId } of statements) {
    assert.deepEqual([kind, name, traceId], [CLIENT, 'SELECT', request.traceId])
    assert.match(String(attributes['db.query.text']), /\$1/)
  }
})

test('no span holds what a person typed, nor what lets them in', async () => {
  const collector = await startCollector()
  const { url, stop } = await start(tracing(collector), ['web'])
  const cookie = await signIn(url)
  const headers = { Cookie: cookie, Origin: url }
  const body = new FormData()
  body.append('file', new File(['the words of a file'], 'secret-plan.txt'))
  const made = [
    await fetch(`${url}/tablos/${tablo}/tasks`, {
      method: 'POST',
      headers,
      redirect: 'manual',
      body: new URLSearchParams({ title: 'Typed by Ada', status: 'todo' }),
    }),
    await fetch(`${url}/tablos/${tablo}/files`, { method: 'POST', headers, body, redirect: 'manual' }),
  ]
  assert.deepEqual(
    made.map(({ status }) => status),
    [303, 303],
  )
  // Refused by the database, whose message quotes the address.
  await fetch(`${url}/signup`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: url },
    body: new URLSearchParams({ name: 'Ada Two', email: people.ada.email, password: PASSWORD }),
  })
  await fetch(`${url}/reset/a-token-from-a-mail?q=looked-for`)
  await stop()

  const names = new Set(collector.spans().map(({ name }) => name))
  for (const name of [
    'POST /login',
    'POST /tablos/:tablo/tasks',
    'INSERT',
    'COMMIT',
    'storage put',
    'GET /reset/:token',
  ])
    assert.ok(names.has(name), `${name} in ${[...names]}`)
  const refused = collector.spans().find(({ failed }) => failed)
  assert.equal(refused?.attributes['error.type'], '23505')
  const secrets = [
    ...[people.ada.email, PASSWORD, cookie.split('=')[1] ?? '', people.ada.id, tablo],
    ...['Typed by Ada', 'Ada Two', 'secret-plan', 'words of a file', 'a-token-from-a-mail', 'looked-for'],
  ]
  for (const secret of secrets) assert.ok(!collector.sent().includes(secret), secret)
})

test('an attempt at a job is a trace of its own, and names the request that enqueued it', async () => {
  const collector = await startCollector()
  const { url, stop } = await start(tracing(collector))
  const answer = await fetch(`${url}/debug/enqueue-test`, {
    method: 'POST',
    headers: { Cookie: await signIn(url), Origin: url, 'X-Request-Id': 'enqueues' },
    redirect: 'manual',
  })
  assert.ok(answer.status < 400)
  const ran = () =>
    database.pool.query(
      `select from pgboss.job where data ->> 'request_id' = 'enqueues' and state = 'completed'`,
    )
  while ((await ran()).rowCount === 0) await setTimeout(20)
  await stop()
  const job = collector
    .spans()
    .find(({ attributes: { 'xtablo.request_id': id }, kind }) => id === 'enqueues' && kind === CONSUMER)
  assert.equal(job?.name, 'job heartbeat')
  assert.deepEqual([job?.parent, job?.attributes['xtablo.job.attempt']], [undefined, 1])
})

test('the variables of OpenTelemetry say who sends, with which headers, and how much', async () => {
  const collector = await startCollector()
  const named = await start(
    {
      ...tracing(collector),
      OTEL_SERVICE_NAME: 'our-tablo',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20ours',
    },
    ['web'],
  )
  await fetch(`${named.url}/login`)
  await named.stop()
  const { 'service.name': name, 'deployment.environment.name': place } = collector.resource()
  assert.deepEqual([name, place], ['our-tablo', 'test'])
  const { path, authorization } = collector.headers()
  assert.deepEqual([path, authorization], ['/v1/traces', 'Bearer ours'])

  const silent = await startCollector()
  const sampled = await start({ ...tracing(silent), OTEL_TRACES_SAMPLER: 'always_off' }, ['web'])
  await fetch(`${sampled.url}/login`)
  await sampled.stop()
  assert.equal(silent.sent(), '')

  const unknown = await start({ ...tracing(collector), OTEL_TRACES_SAMPLER: 'some' }, ['web'])
  assert.match(await unknown.stop(), /OTEL_TRACES_SAMPLER: “some” is not known/)
})

test('a collector that is away is one warning, and holds up neither requests nor the end', async () => {
  const { url, stop } = await start(
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TIMEOUT: '100' },
    ['web'],
  )
  for (let i = 0; i < 3; i++) assert.equal((await fetch(`${url}/login`)).status, 200)
  const said = await stop()
  assert.equal(
    said.match(/traces can't be sent: check OTEL_EXPORTER_OTLP_ENDPOINT reason=ECONNREFUSED/g)?.length,
    1,
    said,
  )
})

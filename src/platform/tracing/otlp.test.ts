import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { pino } from 'pino'
import { startCollector } from '../../../test/collector.ts'
import { openTracing } from './otlp.ts'
import type { Tracing } from './tracing.ts'

/** More than three batches. */
const MANY = 1_600

function opened(endpoint: string, timeoutMs = '200') {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = timeoutMs
  const lines: string[] = []
  const log = pino({ base: null }, { write: line => lines.push(line) })
  return { tracing: openTracing(log), lines }
}

const request = (tracing: Tracing, work = async () => {}) =>
  tracing.begin({ name: 'GET /', kind: 'server', attributes: {} }, work)

test('steps stand below the span in which they were made, beside each other', async () => {
  const collector = await startCollector()
  const { tracing } = opened(collector.endpoint)
  assert.equal(tracing.step({ name: 'before', kind: 'client', attributes: {} }), undefined)
  const inSpan = (name: string) =>
    request(tracing, async () => {
      await Promise.resolve()
      tracing.step({ name, kind: 'client', attributes: { left: undefined, out: 1 } })?.end()
    })
  await Promise.all([inSpan('a'), inSpan('b')])
  await tracing.stop(5_000)
  const spans = collector.spans()
  assert.equal(spans.length, 4)
  for (const name of ['a', 'b']) {
    const step = spans.find(span => span.name === name)
    const above = spans.find(({ id }) => id === step?.parent)
    assert.deepEqual([above?.name, above?.traceId], ['GET /', step?.traceId])
    assert.deepEqual(step?.attributes, { out: 1 })
  }
  assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 2)
})

test('what is thrown is thrown on, and its kind is told, without its words', async () => {
  const collector = await startCollector()
  const { tracing } = opened(collector.endpoint)
  const failing = async () => {
    throw new RangeError('Ada typed this')
  }
  await assert.rejects(request(tracing, failing), /Ada typed this/)
  await tracing.stop(5_000)
  const [span] = collector.spans()
  assert.deepEqual([span?.failed, span?.attributes], [true, { 'error.type': 'RangeError' }])
  assert.ok(!collector.sent().includes('Ada'))
})

test('a traceparent that is none begins a trace', async () => {
  const collector = await startCollector()
  const { tracing } = opened(collector.endpoint)
  for (const traceparent of ['x', '00-0-0-01', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, undefined])
    await tracing.begin({ name: 'x', kind: 'server', attributes: {}, from: { traceparent } }, async () => {})
  await tracing.stop(5_000)
  const parents = collector.spans().map(({ parent }) => parent)
  assert.deepEqual(parents, [undefined, undefined, undefined, undefined])
})

test('that nobody takes them is one warning, however many there are', async () => {
  const { tracing, lines } = opened('http://127.0.0.1:1')
  for (let i = 0; i < MANY; i++) await request(tracing)
  await tracing.stop(5_000)
  assert.equal(lines.length, 1, lines.join(''))
  assert.match(lines[0] ?? '', /"reason":"ECONNREFUSED".*traces can't be sent: check OTEL_EXPORTER_OTLP_END/)
})

test('a collector that never answers does not hold up the end', { timeout: 5_000 }, async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  after(() => silent.close().closeAllConnections())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const { tracing } = opened(`http://127.0.0.1:${port}`, '60000')
  await request(tracing)
  await tracing.stop(50)
})

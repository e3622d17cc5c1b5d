// A collector of traces, as far as whoever sends them sees one: OTLP over HTTP, in JSON.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'

export interface CollectedSpan {
  readonly traceId: string
  readonly id: string
  readonly parent: string | undefined
  readonly name: string
  readonly kind: number
  readonly failed: boolean
  readonly attributes: Record<string, unknown>
}

export interface Collector {
  readonly endpoint: string
  /** Everything that was sent, as it was */
  sent(): string
  spans(): CollectedSpan[]
  /** What the spans say of whom they come from */
  resource(): Record<string, unknown>
  /** The headers of what was sent last */
  headers(): Record<string, unknown>
}

interface Sent {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: SentSpan[] }[] }[]
}

interface SentSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  status: { code?: number }
  attributes: Attribute[]
}

interface Attribute {
  key: string
  value: Record<string, unknown>
}

const FAILED = 2

export async function startCollector(): Promise<Collector> {
  const bodies: string[] = []
  let headers = {}
  const server = createServer(async (request, answer) => {
    headers = { ...request.headers, path: request.url }
    bodies.push(await text(request))
    answer.setHeader('Content-Type', 'application/json').end('{}')
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  after(() => server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  const resources = () => bodies.flatMap(body => (JSON.parse(body) as Sent).resourceSpans)
  return {
    endpoint: `http://127.0.0.1:${port}`,
    sent: () => bodies.join('\n'),
    spans: () => resources().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(read))),
    resource: () => named(resources()[0]?.resource.attributes ?? []),
    headers: () => headers,
  }
}

const read = ({
  traceId,
  spanId,
  parentSpanId,
  name,
  kind,
  status,
  attributes,
}: SentSpan): CollectedSpan => ({
  traceId,
  id: spanId,
  parent: parentSpanId || undefined,
  name,
  kind,
  failed: status.code === FAILED,
  attributes: named(attributes),
})

const named = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

// Whether an answer is one that the document allows.

import assert from 'node:assert/strict'
import type { Operation, Read } from './document.ts'
import type { Answer } from './wire.ts'

/** Headers that follow from what is answered; the others come with every answer of their status. */
const SOMETIMES = new Set(['Link', 'Idempotency-Replayed'])

/** Throws when the answer is a fault of the server, or another than the document says. */
export function judge({ faultOf }: Read, operation: Operation, answer: Answer): void {
  const { status, headers, body } = answer
  assert.ok(status < 500, `a fault: ${status} ${body}`)
  const described = operation.responses[status]
  assert.ok(described, `${operation.id} is not said to answer ${status}: ${body}`)
  const said = status === 304 || status === 204 ? undefined : described.content
  if (!said) {
    assert.equal(body.length, 0, `${status} is said to have no body`)
    return
  }
  const type = headers['content-type']?.split(';')[0] ?? 'none'
  const schema = (said[type] ?? said['*/*'])?.schema
  assert.ok(schema, `${status} is not said to be ${type}`)
  for (const name of Object.keys(described.headers ?? {}))
    if (!SOMETIMES.has(name)) assert.ok(headers[name.toLowerCase()], `${status} has no ${name}`)
  if (!said[type]) return
  const value = JSON.parse(body.toString())
  const fault = faultOf(schema, value)
  assert.equal(fault, undefined, `${status} is not what its schema says: ${fault}\n${body}`)
  if (type === 'application/problem+json') {
    assert.equal(value.status, status, 'a problem says its status')
    assert.equal(value.request_id, headers['x-request-id'], 'a problem names its request')
    if (status === 422) assert.ok(value.errors?.length > 0, 'a 422 names what is refused')
  } else if (described.headers?.Link) {
    const link = value.next === null ? undefined : /^<(\/api\/v1\/[^>]*)>; rel="next"$/
    if (link) assert.match(String(headers.link), link)
    else assert.equal(headers.link, undefined, 'the last page links to no next one')
  }
}

// One request on a connection of its own. What is asked beside a load must not fail for a kept-alive connection that
// the server closed just then, and sizes are those that travel: nothing is unpacked.

import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Asks, by POST where there is a body. Rejects when nothing answers, or not within ten seconds. */
export async function ask(url: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const sent = request(url, {
    method: body === undefined ? 'GET' : 'POST',
    agent: false,
    signal: AbortSignal.timeout(10_000),
    headers: { ...headers, ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }) },
  })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) }
}

export const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

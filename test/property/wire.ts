// Requests as bytes over a socket, since much of what is hostile in one does not survive a client that means well.

import { Agent, type IncomingHttpHeaders, maxHeaderSize, request } from 'node:http'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'

export interface Request {
  method: string
  path: string
  /** Names and values in turn; a name may come twice */
  headers: string[]
  body: Buffer | undefined
  /** Without a length, in pieces */
  chunked: boolean
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

const LIMIT_MS = 20_000

export function wire(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  /** Sends it and gives the answer. Rejects when there is none. */
  function send(sent: Request): Promise<Answer> {
    const { method, path, headers, body, chunked } = sent
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const length = body
      ? chunked
        ? ['Transfer-Encoding', 'chunked']
        : ['Content-Length', String(body.length)]
      : []
    const out = request({
      host: '127.0.0.1',
      port,
      agent,
      method,
      path,
      headers: ['Host', `127.0.0.1:${port}`, ...headers, ...length],
      timeout: LIMIT_MS,
    })
    out.on('response', response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, body: plain(Buffer.concat(chunks), headers) })
      })
    })
    out.on('timeout', () => out.destroy(new Error('no answer')))
    out.on('error', reject)
    if (body && chunked)
      for (let at = 0; at < body.length; at += 65_536) out.write(body.subarray(at, at + 65_536))
    out.end(body && !chunked ? body : undefined)
    return promise
  }
  return { send, close: () => agent.destroy() }
}

function plain(body: Buffer, { 'content-encoding': encoding }: IncomingHttpHeaders): Buffer {
  if (body.length === 0) return body
  if (encoding === 'gzip') return gunzipSync(body)
  return encoding === 'zstd' ? zstdDecompressSync(body) : body
}

/** Whether Node reads no further than the head: it takes 16 KiB, and counts a little otherwise than we do. */
export const isHeadTooLarge = ({ path, headers }: Request): boolean =>
  path.length + headers.reduce((sum, text) => sum + text.length, 0) > maxHeaderSize - 500

/** The request as one can type it. */
export function curlOf({ method, path, headers, body, chunked }: Request): string {
  const quoted = (text: string) => `$'${JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'")}'`
  const named = headers.flatMap((name, n) =>
    n % 2 === 0 ? [`-H ${quoted(`${name}: ${headers[n + 1]}`)}`] : [],
  )
  const bytes =
    body && (body.length > 2_000 ? `${body.subarray(0, 2_000)}… (${body.length} bytes)` : `${body}`)
  return [
    `curl -X ${method} ${quoted(`http://localhost${path}`)}`,
    ...named,
    ...(chunked ? ['-H "Transfer-Encoding: chunked"'] : []),
    ...(bytes === undefined ? [] : [`--data-binary ${quoted(bytes)}`]),
  ].join(' ')
}

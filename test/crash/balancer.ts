// The one address of several web processes: each request goes to the next of them, whatever it is about and whoever asks.
// One that refuses connections is left out, as any balancer does; what was not sent yet is sent to the next.

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Balancer {
  readonly url: URL
  /** Whom the last request went to, by their place in the list */
  served(): number
  /** Sends the next request to this one. */
  next(to: number): void
  close(): void
}

export async function balance(ports: readonly number[]): Promise<Balancer> {
  let turn = 0
  let last = 0
  const forward = (asked: IncomingMessage, answer: ServerResponse, body: Buffer, left: number): void => {
    const at = turn++ % ports.length
    const headers = { ...asked.headers, 'x-forwarded-for': asked.socket.remoteAddress }
    const { method, url: path } = asked
    const passed = request(
      { host: '127.0.0.1', port: ports[at], method, path, headers, agent: false },
      from => {
        last = at
        answer.writeHead(from.statusCode ?? 502, from.rawHeaders)
        from.pipe(answer)
      },
    )
    passed.once('error', error => {
      const unsent = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
      if (unsent && left > 0) return forward(asked, answer, body, left - 1)
      answer.writeHead(502).end(String(error))
    })
    passed.end(body)
  }
  const server = createServer(async (asked, answer) => {
    const body = Buffer.concat(await Array.fromAsync(asked))
    forward(asked, answer, body, ports.length)
  })
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    served: () => last,
    next: to => {
      turn = to
    },
    close: () => void server.close().closeAllConnections(),
  }
}

/** A port that nobody listens on, for a process that has to be told one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

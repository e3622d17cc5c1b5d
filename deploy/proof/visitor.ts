// A person's browser over TLS: it keeps cookies, says where a form comes from, and trusts one certificate authority.

import { Agent, request } from 'node:https'
import { buffer } from 'node:stream/consumers'

export interface Answer {
  status: number
  headers: NodeJS.Dict<string | string[]>
  body: Buffer
}

export interface Address {
  /** The name, as people type it; everything is sent to this machine. */
  domain: string
  port: number
  /** The certificate to trust, as PEM. */
  ca: string
}

export class Visitor {
  readonly #address: Address
  readonly #agent: Agent
  readonly #cookies = new Map<string, string>()

  constructor(address: Address) {
    this.#address = address
    this.#agent = new Agent({ keepAlive: true, ca: address.ca })
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#send('GET', path, headers)
  }

  /** Sends a form as its page does. */
  async post(path: string, form: Record<string, string> | FormData = {}): Promise<Answer> {
    const filled = new Response(form instanceof FormData ? form : new URLSearchParams(form))
    const type = filled.headers.get('Content-Type') ?? ''
    return this.#send('POST', path, { 'Content-Type': type }, Buffer.from(await filled.arrayBuffer()))
  }

  close(): void {
    this.#agent.destroy()
  }

  async #send(method: string, path: string, headers: Record<string, string>, body?: Buffer): Promise<Answer> {
    const { domain, port } = this.#address
    const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>()
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    request(
      {
        host: '127.0.0.1',
        port,
        servername: domain,
        agent: this.#agent,
        method,
        path,
        headers: {
          Host: domain,
          ...(method === 'GET' ? {} : { Origin: `https://${domain}`, 'Content-Length': body?.length ?? 0 }),
          ...(cookie ? { Cookie: cookie } : {}),
          ...headers,
        },
      },
      resolve,
    )
      .on('error', reject)
      .end(body)
    const answer = await promise
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.#cookies.set(name, value)
    }
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) }
  }
}

// A person's browser, as far as a server sees one: it keeps cookies, says where a form comes from, and can speak as htmx
// does. It follows no redirect, since where one leads is what tests look at.

import type { Hono } from 'hono'
import { FIREFOX } from './cast.ts'

type App = Pick<Hono, 'fetch'>
type Fields = Readonly<Record<string, string>>

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Where the answer sends the browser, by a redirect or through htmx. */
  readonly location: string | null
}

interface Request {
  method?: string
  headers?: Record<string, string>
  body?: string | ReadableStream | FormData
}

/** A file as a person chose it. */
export interface Upload {
  name: string
  bytes: string | Uint8Array<ArrayBuffer>
  field?: string
}

export class Client {
  readonly #app: App
  readonly #base: URL
  readonly #cookies = new Map<string, string>()
  /** The address of the socket that requests come through. */
  address = '127.0.0.1'
  /** Sent with every request, over what a browser sends by itself. */
  headers: Record<string, string> = {}

  constructor(app: App, base: URL) {
    this.#app = app
    this.#base = base
  }

  /** Gives the browser a session. */
  carry(token: string): this {
    this.#cookies.set(this.#sessionCookie, token)
    return this
  }

  /** The session's token, if the browser has one. */
  get token(): string | undefined {
    return this.cookie(this.#sessionCookie)
  }

  /** What the browser keeps by this name. */
  cookie(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  get #sessionCookie(): string {
    return this.#base.protocol === 'https:' ? '__Host-xtablo_session' : 'xtablo_session'
  }

  /** Gives the browser a cookie, as if it had been copied there. */
  keep(name: string, value: string): this {
    this.#cookies.set(name, value)
    return this
  }

  /** What a browser says of a form from a page of the same site. */
  get sameSite(): Record<string, string> {
    return { Origin: this.#base.origin, 'Sec-Fetch-Site': 'same-origin' }
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request(path, { headers })
  }

  /** Sends a form from a page of the same site. */
  post(path: string, fields: Fields = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request(path, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        ...this.sameSite,
        ...headers,
      },
    })
  }

  /** Sends a form through htmx, the answer to go into `target`. */
  htmxPost(path: string, fields: Fields = {}, target = '#content'): Promise<Answer> {
    return this.post(path, fields, htmx(target))
  }

  /** Sends files as the form of the Files page does, in the field `file` unless each says another. */
  async upload(
    path: string,
    files: readonly Upload[],
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const form = new FormData()
    for (const { name, bytes, field = 'file' } of files) form.append(field, new File([bytes], name))
    const { body, headers: made } = new Response(form)
    const type = made.get('Content-Type') ?? ''
    return this.request(path, {
      method: 'POST',
      body: new Blob(await Array.fromAsync(body ?? [])).stream(),
      headers: { 'Content-Type': type, ...this.sameSite, ...headers },
    })
  }

  /** Sends files as the script of the page does. */
  htmxUpload(path: string, files: readonly Upload[]): Promise<Answer> {
    return this.upload(path, files, htmx('#files'))
  }

  htmxGet(path: string, target = '#content'): Promise<Answer> {
    return this.get(path, htmx(target))
  }

  /** Sends exactly what is given, with the cookies. */
  async request(path: string, { method = 'GET', headers = {}, body }: Request): Promise<Answer> {
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const request = new globalThis.Request(new URL(path, this.#base), {
      method,
      headers: {
        Host: this.#base.host,
        'User-Agent': FIREFOX,
        ...(cookies && { Cookie: cookies }),
        ...this.headers,
        ...headers,
      },
      ...(body !== undefined && { body, duplex: 'half' }),
    })
    const socket = { remoteAddress: this.address, remoteFamily: this.address.includes(':') ? 'IPv6' : 'IPv4' }
    const response = await this.#app.fetch(request, { incoming: { socket } })
    this.#keep(response.headers)
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: response.headers.get('Location') ?? response.headers.get('HX-Redirect'),
    }
  }

  #keep(headers: Headers): void {
    for (const cookie of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/max-age=0/i.test(cookie)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
  }
}

const htmx = (target: string) => ({
  'HX-Request': 'true',
  'HX-Request-Type': 'partial',
  'HX-Target': `div${target}`,
})

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** Text of HTML as a reader sees it. */
export const unescaped = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')

/** The fields of the first form with this action, as the page filled them in. */
export function formOf({ text }: Pick<Answer, 'text'>, action: string): Record<string, string> {
  const form = text.split('<form').find(part => part.includes(` action="${action}"`))
  if (form === undefined) throw new Error(`The page has no form that posts to ${action}`)
  const [inside = ''] = form.split('</form>')
  const fields: Record<string, string> = {}
  for (const [, attributes = ''] of inside.matchAll(/<input([^>]*)>/g)) {
    if (/type="radio"/.test(attributes) && !/ checked/.test(attributes)) continue
    fields[attributeOf(attributes, 'name')] = attributeOf(attributes, 'value')
  }
  for (const [, attributes = '', text = ''] of inside.matchAll(/<textarea([^>]*)>([^<]*)<\/textarea>/g)) {
    // The parser of a browser drops the first newline.
    fields[attributeOf(attributes, 'name')] = unescaped(text).replace(/^\n/, '')
  }
  for (const [, attributes = '', options = ''] of inside.matchAll(/<select([^>]*)>(.*?)<\/select>/gs)) {
    const [, selected = ''] = /<option([^>]* selected[^>]*)>/.exec(options) ?? []
    fields[attributeOf(attributes, 'name')] = attributeOf(selected, 'value')
  }
  return fields
}

const attributeOf = (attributes: string, name: string): string =>
  unescaped(new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')

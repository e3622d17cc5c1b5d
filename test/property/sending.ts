// Makes a request of a plan: what it could not know is filled in, and then it is damaged as it says.

import { newId } from '../../src/platform/ids.ts'
import { authorization, base64, type Tokens } from './authorization.ts'
import type { Body } from './bodies.ts'
import type { Operation } from './document.ts'
import type { Plan } from './requests.ts'
import type { Json } from './values.ts'
import type { Request } from './wire.ts'
import type { Kind, World } from './world.ts'

/** What was seen in answers so far, and is sent back. */
export interface Seen {
  cursors: Map<string, string[]>
  /** By the address that they came from */
  tags: Map<string, string>
  refresh: string[]
}

interface Sender {
  world: World
  seen: Seen
  tokens: Tokens
  /** Tells the keys of one run from those of another */
  run: number
}

const PLACEHOLDER = /<<(\w+) ?([^>]*)>>/g

/** The request that a plan stands for now. */
export function requestOf(operation: Operation, plan: Plan, sender: Sender): Request {
  const { who, body } = plan
  let path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encoded(filled(plan.path[name] ?? '', plan, sender, '')),
  )
  const word = sender.world.wordOf(who, path, operation.method === 'PATCH' && !operation.path.includes('{'))
  const { tags } = sender.seen
  const tag = tags.get(path) ?? tags.get(path.replace(/\/\w+$/, ''))
  const fill = (text: string) => filled(text, plan, sender, word, tag)
  const query = plan.query.map(([name, value]) => `${queried(name, fill)}=${queried(value, fill)}`)
  const file = body && typeof body.value === 'object' && body.value !== null && 'copies' in body.value
  if (file && body.type.startsWith('application/octet'))
    query.push(`name=${encoded(fill(String((body.value as { name: Json }).name)))}`)
  if (plan.token === 'query') query.push(`access_token=${sender.tokens[who]?.access}`)
  if (query.length > 0) path += `?${query.join('&')}`
  const headers = [
    ...authorization(plan, sender.tokens),
    ...plan.headers.flatMap(([name, value]) => [name, headed(fill(value))]),
    ...(body && body.type !== 'none' ? ['Content-Type', headed(typeOf(body))] : []),
  ]
  const bytes = body && damaged(file ? uploaded(body, fill) : written(body.value, fill), body)
  return { method: operation.method, path, headers, body: bytes, chunked: body?.chunked ?? false }
}

function filled(
  text: string,
  { who, operation }: Plan,
  { world, seen, run }: Sender,
  word: string,
  tag?: string,
): string {
  return text.replaceAll(PLACEHOLDER, (_, kind: string, rest: string) => {
    const [how = '', at = '0'] = rest.split(' ')
    const pick = (list: readonly string[] | undefined, n = Number(at)) =>
      list?.at(-1 - (n % (list.length || 1)))
    if (kind === 'mark') return word
    if (kind === 'raw') return rest
    if (kind === 'key') return `key-${run}-${how}`
    if (kind === 'etag')
      return tag && Number(how) < 7 ? tag : (pick([...seen.tags.values()].slice(-9), Number(how)) ?? '"1"')
    if (kind === 'refresh') return pick(seen.refresh, Number(how)) ?? 'none'
    if (kind === 'cursor') {
      const lists = how === 'other' ? [...seen.cursors.values()].flat() : seen.cursors.get(operation)
      return cursorOf(
        how,
        pick(lists) ?? base64('{"id":1}'),
        Number(at),
        pick(world.latest('task', who, true)),
      )
    }
    const id = pick(world.latest(kind as Kind, who, how !== 'other')) ?? newId()
    if (how === 'nobody') return newId()
    if (how === 'upper') return id.toUpperCase()
    if (how === 'cut') return id.slice(0, -1)
    if (how === 'braced') return `{${id}}`
    return how === 'strange' ? `💥/%2f\0 ${at}` : id
  })
}

function cursorOf(how: string, real: string, n: number, id = newId()): string {
  if (how === 'cut') return real.slice(0, -1 - n)
  if (how === 'flipped') {
    const bytes = Buffer.from(real, 'base64url')
    const at = (n * 7) % (bytes.length || 1)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (n % 8))
    return base64(bytes)
  }
  if (how !== 'made') return real
  const made = [
    `{"at":9000000000000000,"id":"${id}"}`,
    `{"at":-1,"id":"${id}"}`,
    `{"at":-0,"id":"${id}"}`,
    `{"at":1e308,"id":"${id}"}`,
    `{"at":0.5,"id":"${id}"}`,
    '{"version":9007199254740991}',
    '{"version":1e400}',
    '{"status":"todo","position":"zzzz"}',
    `{"completed":null,"started":null,"created":0,"id":"${id}"}`,
    '{"__proto__":{"id":1}}',
  ]
  return base64(made[n] ?? '[]')
}

const headed = (text: string): string =>
  Buffer.from(text.replaceAll(/[^\t\x20-\x7e\u0080-\uffff]/gu, '')).toString('latin1')
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())
const queried = (text: string, fill: (text: string) => string): string =>
  text.startsWith('<<raw ') ? fill(text).replaceAll(/[^\x21-\x7e]/g, '') : encoded(fill(text))

const written = (value: Json, fill: (text: string) => string): Buffer =>
  Buffer.from(
    fill(
      JSON.stringify(value).replaceAll(/"(<<raw (?:[^">]|\\")*>>)"/g, (_, raw) => raw.replaceAll('\\"', '"')),
    ),
  )

const BOUNDARY = 'a-boundary'
const typeOf = ({ type }: Body): string =>
  type === 'multipart/form-data' ? `${type}; boundary=${BOUNDARY}` : type

function uploaded({ type, value }: Body, fill: (text: string) => string): Buffer {
  const { name, content, field, copies } = value as Record<string, Json>
  const bytes = Buffer.from(fill(String(content)))
  if (!type.startsWith('multipart')) return bytes
  const quoted = fill(String(name)).toWellFormed().replaceAll('"', '%22')
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${quoted}"\r\n\r\n`
  const parts = Array.from({ length: Number(copies) }, () => [Buffer.from(head), bytes, Buffer.from('\r\n')])
  return Buffer.concat([...parts.flat(), Buffer.from(`--${BOUNDARY}--\r\n`)])
}

const LIMIT = 1_048_576

function damaged(bytes: Buffer, { damage }: Body): Buffer {
  const half = bytes.length >> 1
  const padded = (to: number) => Buffer.concat([bytes, Buffer.alloc(Math.max(0, to - bytes.length), ' ')])
  if (damage === 'truncated') return bytes.subarray(0, half)
  if (damage === 'bom') return Buffer.concat([Buffer.from('\ufeff'), bytes])
  if (damage === 'no utf-8')
    return Buffer.concat([bytes.subarray(0, half), Buffer.from([0xc3, 0xff]), bytes.subarray(half)])
  if (damage === 'utf-16') return Buffer.from(bytes.toString(), 'utf16le')
  if (damage === 'twice') return Buffer.from(bytes.toString().replace('{', '{"title":"1","title":null,'))
  if (damage === 'trailing') return Buffer.concat([bytes, Buffer.from('{}\0')])
  if (damage === 'empty') return Buffer.alloc(0)
  if (damage === 'at the limit') return padded(LIMIT)
  return damage === 'over the limit' ? padded(LIMIT + 1) : bytes
}

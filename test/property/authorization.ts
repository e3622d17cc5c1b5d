// What a request says of who sends it: a token of theirs, or one of the many things that are none.

import { createHmac } from 'node:crypto'
import { newId } from '../../src/platform/ids.ts'
import type { Plan, Role } from './requests.ts'

type Kept = Record<'access' | 'personal' | 'reading' | 'expired' | 'cookie', string>
export type Tokens = Partial<Record<Role, Kept>>

export const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64url')

const encodedJson = (value: object): string => base64(JSON.stringify(value))
const decodedJson = (text = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(text || 'e30', 'base64url').toString())

/** The header lines for a plan. */
export function authorization({ who, token }: Plan, tokens: Tokens): string[] {
  const { access = '', personal = '', reading = '', expired = '', cookie = '' } = tokens[who] ?? {}
  const [head = '', payload = '', signature = ''] = access.split('.')
  const headOf = (change: object) => encodedJson({ ...decodedJson(head), ...change })
  const { sub } = decodedJson(tokens.ada?.access.split('.')[1])
  const asAda = encodedJson({ ...decodedJson(payload), sub, role: 'admin' })
  const symmetric = `${headOf({ alg: 'HS256' })}.${asAda}`
  const given: Record<string, string> = {
    access: `Bearer ${access}`,
    personal: `Bearer ${personal}`,
    reading: `Bearer ${reading}`,
    lower: `bearer ${access}`,
    basic: `Basic ${base64('ada@example.org:x')}`,
    empty: 'Bearer ',
    listed: `Bearer ${access}, Bearer ${tokens.ada?.access}`,
    long: `Bearer ${'x'.repeat(9_000)}`,
    unsigned: `Bearer ${headOf({ alg: 'none' })}.${asAda}.`,
    symmetric: `Bearer ${symmetric}.${createHmac('sha256', head).update(symmetric).digest('base64url')}`,
    foreign: `Bearer ${headOf({ kid: newId() })}.${payload}.${signature}`,
    tampered: `Bearer ${head}.${asAda}.${signature}`,
    expired: `Bearer ${expired}`,
    unknown: `Bearer xtb_${'x'.repeat(43)}`,
    spaced: `Bearer   ${access}  `,
    cut: `Bearer ${access.slice(0, -3)}`,
  }
  if (who === 'nobody' && ['access', 'personal', 'reading'].includes(token)) return []
  if (token === 'two') return ['Authorization', `Bearer ${personal}`, 'Authorization', `Bearer ${access}`]
  if (token === 'cookie') return ['Cookie', `xtablo_session=${cookie}`]
  const value = given[token]
  return value === undefined ? [] : ['Authorization', value]
}

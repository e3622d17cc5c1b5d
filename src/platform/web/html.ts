// The last step of every answer that is text: its entity tag, and its compression for clients that take it. Proxies in
// front find it compressed already and pass it on.

import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, gzip, zstdCompress } from 'node:zlib'
import type { Context } from 'hono'
import { acceptedEncodings } from './encoding.ts'

/** Bytes: below this, a header more costs about what compression saves. */
const WORTH_COMPRESSING = 2_048

const COMPRESSORS = {
  zstd: promisify(zstdCompress),
  gzip: (body: Uint8Array) => promisify(gzip)(body, { level: constants.Z_BEST_SPEED }),
}

/** A weak entity tag for what a page was made from. */
export const tagOf = (...parts: readonly unknown[]): string =>
  `W/"${createHash('sha1').update(JSON.stringify(parts)).digest('base64url')}"`

/** Sets the tag and tells whether the client has what it stands for; then the answer is `notModified`. RFC 9110, 13.1.2. */
export function isKnown(c: Context, tag: string): boolean {
  c.header('ETag', tag)
  const known = c.req.header('If-None-Match')
  if (known === undefined) return false
  const plain = (text: string) => text.trim().replace(/^W\//, '')
  return known.trim() === '*' || known.split(',').some(each => plain(each) === plain(tag))
}

export const notModified = (c: Context): Response => c.body(null, 304)

/** Answers with a page, or 304 when the browser has it. */
export async function sendHtml(c: Context, page: string): Promise<Response> {
  // Only what was asked for can be had already: after a refused form there is nothing to compare.
  if (c.req.method === 'GET' && isKnown(c, tagOf(page))) return notModified(c)
  return sendBytes(c, Buffer.from(page))
}

/** Answers with text that has its tag, if any, already: a page, unless `type` says otherwise. */
export async function sendBytes(
  c: Context,
  text: Buffer<ArrayBuffer>,
  type = 'text/html; charset=UTF-8',
): Promise<Response> {
  c.header('Content-Type', type)
  const encoding = text.length < WORTH_COMPRESSING ? undefined : encodingFor(c.req.header('Accept-Encoding'))
  if (!encoding) return c.body(text)
  c.header('Content-Encoding', encoding)
  return c.body(await COMPRESSORS[encoding](text))
}

function encodingFor(header: string | undefined): keyof typeof COMPRESSORS | undefined {
  const accepted = acceptedEncodings(header)
  return (['zstd', 'gzip'] as const).find(name => accepted.includes(name))
}

// A download: by a signed URL where the storage has one, else the bytes themselves. Nothing that people upload may act
// in our origin. It comes as an attachment, in a sandbox, of the type that its bytes showed; only images and PDFs that a
// browser shows without running anything may come inline, into a frame of ours and no other.

import type { Readable } from 'node:stream'
import { create as disposition } from 'content-disposition'
import type { Context } from 'hono'
import parseRange from 'range-parser'
import { isKnown } from '../platform/web/html.ts'
import { isViewable } from './detection.ts'
import { faultOf } from './faults.ts'
import { type Downloadable, keyOf } from './files.ts'
import type { Uploading } from './uploading.ts'

const SANDBOXED = "sandbox; default-src 'none'; frame-ancestors 'none'"
const SHOWN = "default-src 'none'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"

/** Answers with a file that the person may read; `inline` only where that is safe. Throws when the storage does. */
export async function serveFile(
  c: Context,
  { storage, log }: Pick<Uploading, 'storage' | 'log'>,
  tabloId: string,
  file: Pick<Downloadable, 'id' | 'name' | 'size' | 'type' | 'sha256'>,
  wanted: { inline: boolean },
): Promise<Response> {
  const inline = wanted.inline && isViewable(file.type)
  const key = keyOf(tabloId, file.id)
  const said = {
    type: file.type === 'text/plain' ? 'text/plain; charset=utf-8' : file.type,
    disposition: disposition(file.name, { type: inline ? 'inline' : 'attachment' }),
  }
  const tag = `"${file.sha256.toString('hex')}"`
  const headers = {
    ETag: tag,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Type': said.type,
    'Content-Disposition': said.disposition,
    'Content-Security-Policy': inline ? SHOWN : SANDBOXED,
    'X-Frame-Options': inline ? 'SAMEORIGIN' : 'DENY',
  }
  try {
    // Else whoever follows the URL finds nobody, and no word from us.
    if (storage.origin !== undefined) await storage.answers(key)
    if (c.req.method === 'HEAD') return c.body(null, 200, { ...headers, 'Content-Length': String(file.size) })
    const url = await storage.signedUrl(key, said)
    if (url !== undefined) {
      c.header('Cache-Control', 'no-store')
      return c.redirect(url, 302)
    }
    if (isKnown(c, tag)) return c.body(null, 304, headers)
    const range = rangeOf(c, tag, file.size)
    if (range === 'unsatisfiable')
      return c.body(null, 416, { ETag: tag, 'Content-Range': `bytes */${file.size}` })
    const body = await opened(c, await storage.read(key, range), error => {
      log.error({ err: error, file: file.id, request_id: c.get('requestId') }, 'a download broke off')
    })
    if (!range) return c.body(body, 200, { ...headers, 'Content-Length': String(file.size) })
    const { start, end } = range
    return c.body(body, 206, {
      ...headers,
      'Content-Length': String(end - start + 1),
      'Content-Range': `bytes ${start}-${end}/${file.size}`,
    })
  } catch (error) {
    throw faultOf(error, log)
  }
}

/** The one range that was asked for; undefined for all of it, which is also the answer to several. */
function rangeOf(c: Context, tag: string, size: number) {
  const asked = c.req.header('Range')
  const condition = c.req.header('If-Range')
  if (asked === undefined || (condition !== undefined && condition !== tag)) return undefined
  // What is no range is passed over: RFC 9110, 14.2. The library would find that it can't be satisfied.
  const [, first, end] = /^bytes=(\d*)-(\d*)$/.exec(asked) ?? []
  if (first === undefined || first + end === '' || (first && end && Number(first) > Number(end)))
    return undefined
  // The library holds more than all of it from the end for nothing.
  const [, last] = /^bytes=-(\d+)$/.exec(asked) ?? []
  if (last !== undefined && Number(last) >= size && size > 0) return { start: 0, end: size - 1 }
  const ranges = parseRange(size, asked)
  if (ranges === -1) return 'unsatisfiable'
  return ranges === -2 || ranges.type !== 'bytes' || ranges.length > 1 ? undefined : ranges[0]
}

/**
 * The bytes as a body, opened as far as the first of them, so that a storage which fails there is an error page. One
 * that fails later cuts the connection, since nothing else tells a browser that what it has is not all. A reader that
 * goes away closes the object.
 */
async function opened(c: Context, source: Readable, failed: (error: unknown) => void) {
  const chunks: AsyncIterator<Uint8Array<ArrayBuffer>> = source[Symbol.asyncIterator]()
  let next: IteratorResult<Uint8Array<ArrayBuffer>> | undefined = await chunks.next()
  let left = false
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { done, value } = next ?? (await chunks.next())
          next = undefined
          // Whoever has all the bytes may go before the end is said.
          if (left) return
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          if (left) return
          failed(error)
          if (c.env?.outgoing) c.env.outgoing.destroy()
          else controller.error(error)
        }
      },
      cancel: () => {
        left = true
        source.destroy()
      },
    },
    { highWaterMark: 0 },
  )
}

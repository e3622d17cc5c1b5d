// The files of a multipart body, handed on one after another as they come. Nothing is collected: a file that is not read
// on pauses the socket. Whoever takes files may refuse one by throwing; nothing more of the body is parsed then, and what
// is left of it is for `drained` (bodies.ts) to read.

import { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import busboy from 'busboy'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'

export interface MultipartFile {
  /** As the sender names it, '' for none */
  readonly name: string
  readonly body: AsyncIterable<Uint8Array>
  /** Aborts when the request ends before its time */
  readonly signal: AbortSignal
}

export interface MultipartLimits {
  /** The field that files come in. Those of another are passed over */
  readonly field: string
  /** How many there may be */
  readonly files: number
  /** What is thrown when there are more */
  readonly tooMany: () => Error
  /** Bytes of all of the body */
  readonly size: number
  /** How long the sender may send nothing while it is waited for */
  readonly silenceMs: number
}

/** The request as it comes from its socket; undefined for one that a test hands to the application. */
export function socketOf(c: Context): IncomingMessage | undefined {
  return c.env?.incoming instanceof IncomingMessage ? c.env.incoming : undefined
}

/**
 * Reads the body of the request and gives each file to `take`, which reads it to its end. Throws 415 when it is not
 * multipart, 400 when it is malformed or breaks off, 408 when it falls silent, 413 over a limit, and what `take` throws.
 */
export async function receiveFiles(
  c: Context,
  limits: MultipartLimits,
  take: (file: MultipartFile) => Promise<void>,
): Promise<void> {
  const parser = parserOf(c.req.header('Content-Type') ?? '')
  const source = socketOf(c) ?? (c.req.raw.body ? Readable.fromWeb(c.req.raw.body) : Readable.from([]))
  const gone = new AbortController()
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  let failure: { error: unknown } | undefined
  let taking = Promise.resolve()
  let silence: NodeJS.Timeout | undefined
  let [files, size] = [0, 0]

  const fail = (error: unknown): void => {
    if (failure) return
    failure = { error }
    gone.abort(error)
    parser.destroy()
    end()
  }
  const malformed = () => fail(new HTTPException(400))
  const listen = (): void => {
    clearTimeout(silence)
    silence = setTimeout(() => fail(new HTTPException(408)), limits.silenceMs)
  }
  const feed = (chunk: Buffer): void => {
    size += chunk.length
    if (size > limits.size) fail(new HTTPException(413))
    if (failure) return
    listen()
    if (parser.write(chunk)) return
    // Now it is us who take long.
    clearTimeout(silence)
    source.pause()
  }
  const finish = (): void => {
    clearTimeout(silence)
    parser.end()
  }
  const resume = (): void => {
    listen()
    source.resume()
  }

  parser.on('file', (field, body, { filename }) => {
    body.on('error', malformed)
    if (field !== limits.field) return void body.resume()
    if (++files > limits.files) return fail(limits.tooMany())
    // A reader that stops has its own reasons, which destroying the file for it would hide.
    const bytes = body.iterator({ destroyOnReturn: false })
    const file = { name: filename ?? '', body: bytes, signal: gone.signal }
    taking = taking.then(() => (failure ? undefined : take(file))).catch(fail)
  })
  parser.on('error', malformed).on('finish', end).on('drain', resume)
  source.on('data', feed).on('end', finish).on('error', malformed)
  listen()
  await over
  clearTimeout(silence)
  source.off('data', feed).off('end', finish).pause()
  await taking
  if (failure) throw failure.error
}

function parserOf(type: string): busboy.Busboy {
  if (!/^multipart\/form-data\s*;/i.test(type)) throw new HTTPException(415)
  try {
    return busboy({
      headers: { 'content-type': type },
      defParamCharset: 'utf8',
      limits: { fields: 20, fieldSize: 1_024 },
    })
  } catch {
    throw new HTTPException(400)
  }
}

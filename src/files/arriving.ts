// How files come in a request: in a form, several at once, or one from a program, in a form or as it is.

import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { AppError } from '../errors.ts'
import { refused } from '../platform/api/problems.ts'
import { ID } from '../platform/ids.ts'
import { receiveFiles } from '../platform/web/multipart.ts'
import { receiveBody } from '../platform/web/raw-body.ts'
import { fileName } from './names.ts'
import type { Given } from './uploading.ts'

/** How many files one form may bring. */
const FILES = 100
const SILENCE_MS = 60_000
/** Bytes around a file: its name and what separates it from the next. */
const AROUND = 16_384

const UPLOAD = new RegExp(`^(/api/v1)?/tablos/${ID}/files$`)

/** Whether a request that changes something brings files: its route reads the body by itself. */
export const isUpload = (c: Context): boolean => c.req.method === 'POST' && UPLOAD.test(c.req.path)

type Take = (file: Given) => Promise<void>

/** Hands on the files of a form. Throws what `receiveFiles` does. */
export const receiveForm = (c: Context, maxUploadBytes: number, take: Take): Promise<void> =>
  receiveFiles(c, limitsOf(FILES, maxUploadBytes, new AppError('too_large', 'files_too_many')), take)

/** Hands on the one file of a program. Throws 415 for a body of any other kind, and invalid for several, or one without a name. */
export async function receiveOne(c: Context, maxUploadBytes: number, take: Take): Promise<void> {
  const type = c.req.header('Content-Type') ?? ''
  if (/^application\/octet-stream\s*(;|$)/i.test(type)) {
    const name = c.req.query('name')
    if (name === undefined) throw refused({ name: 'file_name_missing' })
    return receiveBody(c, SILENCE_MS, sent => take({ name, ...sent }))
  }
  if (!/^multipart\/form-data\s*;/i.test(type)) throw new HTTPException(415)
  return receiveFiles(c, limitsOf(1, maxUploadBytes, refused({ file: 'one_file' })), take)
}

/** Whether a program sends a file again that was answered so: the same bytes under the same name. */
export async function isSameFile(
  c: Context,
  maxUploadBytes: number,
  was: { name: string; sha256: string },
): Promise<boolean> {
  let same = false
  await receiveOne(c, maxUploadBytes, async ({ name, body }) => {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of body) {
      size += chunk.length
      if (size > maxUploadBytes) return
      hash.update(chunk)
    }
    same = hash.digest('hex') === was.sha256 && (fileName(name) || was.name) === was.name
  })
  return same
}

const limitsOf = (files: number, maxUploadBytes: number, tooMany: AppError) => ({
  field: 'file',
  files,
  tooMany: () => tooMany,
  size: files * (maxUploadBytes + AROUND),
  silenceMs: SILENCE_MS,
})

// Files for programs. An upload is read as it comes, so it is registered for the document and routed beside it.

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { type ApiEnv, actorOf } from '../accounts/bearer.ts'
import { apiPart, id, idParameter, json, moment, problems } from '../platform/api/operations.ts'
import { page, pageOf, pageQuery, placeOf } from '../platform/api/paging.ts'
import { refused } from '../platform/api/problems.ts'
import { send } from '../platform/api/send.ts'
import { ifMatch } from '../platform/api/tags.ts'
import { checked } from '../platform/api/validation.ts'
import { find as findTablo } from '../tablos/tablos.ts'
import { isSameFile, receiveOne } from './arriving.ts'
import { remove } from './files.ts'
import { entry, type FileEntry, listEntries } from './listing.ts'
import { serveFile } from './serving.ts'
import { type Uploading, upload } from './uploading.ts'

const fileShape = z
  .strictObject({
    id,
    tablo_id: id,
    name: z.string(),
    size: z.int().min(0).meta({ description: 'Bytes' }),
    type: z.string().meta({ description: 'Told from the first bytes, not from the name.' }),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    uploaded_by: id.nullable().meta({ description: 'The person who uploaded it; null once they are gone.' }),
    created_at: moment,
  })
  .meta({
    id: 'File',
    description: 'A file of a Tablo. It never changes.',
    example: {
      id: '019a9e0d-3c4d-7e5f-9a6b-7c8d9e0f1a2b',
      tablo_id: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f',
      name: 'Quote.pdf',
      size: 482_113,
      type: 'application/pdf',
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      uploaded_by: '019a9e0b-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
      created_at: '2026-11-20T09:30:00.000Z',
    },
  })

const place = z.strictObject({ id })
const ofTablo = z.strictObject({ tablo_id: idParameter('The Tablo') })
const params = z.strictObject({ file_id: idParameter('The file') })
const bytes = z.string().meta({ format: 'binary' })
const name = z.string().min(1).max(1_000).optional().meta({
  description: 'The name of a file that is sent as it is; in a form, the file has its own.',
  example: 'Quote.pdf',
})
const uploadQuery = z.strictObject({ name })
const tags = ['Files']

/** List, upload, read, download and delete files. */
export function fileApi(deps: Uploading) {
  const { db } = deps
  const { maxUploadBytes } = deps.config
  const api = apiPart<ApiEnv>()

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tablos/{tablo_id}/files',
      operationId: 'listFiles',
      summary: 'List the files of a Tablo, the newest first',
      tags,
      request: { params: ofTablo, query: z.strictObject(pageQuery) },
      responses: { 200: json(pageOf(fileShape, 'Files'), 'A page of files') },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      const { limit, cursor } = c.req.valid('query')
      const before = placeOf(cursor, place)?.id
      await findTablo(db, actorOf(c), tablo_id)
      const rows = await listEntries(db, tablo_id, { before, limit: limit + 1 })
      return send(c, page(c, rows, limit, { at: ({ id }) => ({ id }), shape: shapeOf }), 200)
    },
  )

  api.openAPIRegistry.registerPath({
    method: 'post',
    path: '/tablos/{tablo_id}/files',
    operationId: 'uploadFile',
    summary: 'Upload a file',
    description: 'As the field `file` of a form, or as it is, with its name in the query.',
    tags,
    request: {
      params: ofTablo,
      query: uploadQuery,
      body: {
        required: true,
        content: {
          'multipart/form-data': { schema: z.strictObject({ file: bytes }) },
          'application/octet-stream': { schema: bytes },
        },
      },
    },
    responses: { 201: json(fileShape, 'The file'), ...problems(408) },
  })
  api.post('/tablos/:tablo_id/files', async c => {
    const { tablo_id } = checked(ofTablo, c.req.param(), 'param')
    checked(uploadQuery, c.req.query(), 'query')
    const sentAs = c.req.header('Idempotency-Key') === undefined ? undefined : c.get('madeId')
    const options = { unnamed: c.get('locale').t.files.unnamed, sentAs }
    let came = false
    const [added] = await upload(deps, actorOf(c), tablo_id, options, take => {
      came = true
      return receiveOne(c, maxUploadBytes, take)
    })
    const file = await entry(db, actorOf(c), added?.id ?? '')
    // Kept by a process that died before it answered. What comes now may be another file under the same key.
    if (!came && !(await isSameFile(c, maxUploadBytes, shapeOf(file))))
      throw refused({ 'Idempotency-Key': 'key_reused' })
    c.header('Location', `/api/v1/files/${file.id}`)
    return send(c, shapeOf(file), 201, tagOf(file))
  })

  api.openapi(
    createRoute({
      method: 'get',
      path: '/files/{file_id}',
      operationId: 'getFile',
      summary: 'Read what a file is',
      tags,
      request: { params },
      responses: { 200: json(fileShape, 'The file') },
    }),
    async c => {
      const file = await entry(db, actorOf(c), c.req.valid('param').file_id)
      return send(c, shapeOf(file), 200, tagOf(file))
    },
  )

  api.openAPIRegistry.registerPath({
    method: 'get',
    path: '/files/{file_id}/content',
    operationId: 'downloadFile',
    summary: 'Download a file',
    description:
      'Takes `Range` and `If-None-Match`. Where files are kept on S3 it leads there for five minutes.',
    tags,
    request: { params },
    responses: {
      200: { description: 'All of it', content: { '*/*': { schema: bytes } } },
      206: { description: 'The part that was asked for', content: { '*/*': { schema: bytes } } },
      302: { description: 'Where it is kept' },
      416: { description: 'It has no such part' },
    },
  })
  api.get('/files/:file_id/content', async c => {
    const { file_id } = checked(params, c.req.param(), 'param')
    const file = await entry(db, actorOf(c), file_id)
    return serveFile(c, deps, file.tabloId, file, { inline: false })
  })

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/files/{file_id}',
      operationId: 'deleteFile',
      summary: 'Delete a file',
      tags,
      request: { params },
      responses: { 204: { description: 'It is gone' }, ...problems(412) },
    }),
    async c => {
      const file = await entry(db, actorOf(c), c.req.valid('param').file_id)
      await remove(db, actorOf(c), file.tabloId, file.id, ifMatch(c, tagOf))
      return c.body(null, 204)
    },
  )

  return api
}

const shapeOf = (file: FileEntry): z.output<typeof fileShape> => ({
  id: file.id,
  tablo_id: file.tabloId,
  name: file.name,
  size: file.size,
  type: file.type,
  sha256: file.sha256.toString('hex'),
  uploaded_by: file.uploadedBy,
  created_at: file.createdAt.toISOString(),
})

const tagOf = ({ id }: { id: string }): string => `"${id}"`

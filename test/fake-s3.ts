// A storage that speaks just enough S3 to be watched and to misbehave: it keeps objects and multipart uploads in memory,
// checks no signature, and lets a test answer any request in its own way, or late.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after } from 'node:test'
import type { S3Options } from '../src/platform/storage/s3.ts'

/** `PUT object`, `POST uploads`, `PUT part`, `POST complete`, `DELETE upload`, `GET uploads`, `GET object`, `HEAD object`, `DELETE object` */
type Operation = string

export interface FakeS3 {
  options: S3Options
  /** The bytes of objects by key. */
  objects: Map<string, Buffer>
  /** The keys of multipart uploads that were neither completed nor aborted, by their id. */
  uploads: Map<string, string>
  /** Every request so far. */
  asked: Operation[]
  /** What comes between a request's work and its answer; false: there is no work, it has answered by itself. */
  before: (operation: Operation, answer: ServerResponse) => Promise<boolean> | boolean
  between: (operation: Operation, body: Buffer) => Promise<void> | void
}

/** Starts it; it ends with the test file. */
export async function startFakeS3(): Promise<FakeS3> {
  const parts = new Map<string, Map<number, Buffer>>()
  const fake: FakeS3 = {
    options: {
      bucket: 'files',
      region: 'us-east-1',
      accessKey: 'the-id-of-a-key',
      secretKey: 'hidden-secret',
      endpoint: undefined,
      publicEndpoint: undefined,
      pathStyle: true,
    },
    objects: new Map(),
    uploads: new Map(),
    asked: [],
    before: () => true,
    between: () => {},
  }

  const work = (
    operation: Operation,
    key: string,
    query: URLSearchParams,
    body: Buffer,
  ): string | Buffer | number => {
    const id = query.get('uploadId') ?? ''
    const part = parts.get(id)
    switch (operation) {
      case 'POST uploads': {
        const made = `upload-${parts.size}`
        parts.set(made, new Map())
        fake.uploads.set(made, key)
        return `<InitiateMultipartUploadResult><UploadId>${made}</UploadId></InitiateMultipartUploadResult>`
      }
      case 'PUT part':
        part?.set(Number(query.get('partNumber')), body)
        return ''
      case 'POST complete':
        fake.objects.set(key, Buffer.concat(named(body).map(number => part?.get(number) ?? Buffer.alloc(0))))
        fake.uploads.delete(id)
        return '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>'
      case 'DELETE upload':
        return fake.uploads.delete(id) ? '' : 404
      case 'GET uploads':
        return `<ListMultipartUploadsResult>${[...fake.uploads]
          .filter(([, of]) => of.startsWith(query.get('prefix') ?? ''))
          .map(([upload, of]) => `<Upload><Key>${of}</Key><UploadId>${upload}</UploadId></Upload>`)
          .join('')}</ListMultipartUploadsResult>`
      case 'PUT object':
        fake.objects.set(key, body)
        return ''
      case 'GET object':
      case 'HEAD object':
        return fake.objects.get(key) ?? 404
      default:
        fake.objects.delete(key)
        return ''
    }
  }

  const server = createServer(async (request, answer) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake')
    const key = pathname.replace('/files', '').slice(1)
    const operation = operationOf(request, searchParams)
    fake.asked.push(operation)
    if (!(await fake.before(operation, answer))) return
    const body = await buffer(request).catch(() => undefined)
    // Cut before all of it was here.
    if (!body) return
    const result = work(operation, key, searchParams, body)
    await fake.between(operation, body)
    if (typeof result === 'number') answer.writeHead(result).end('<Error><Code>NoSuchKey</Code></Error>')
    else answer.writeHead(200, { ETag: '"x"' }).end(result)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  fake.options = { ...fake.options, endpoint: `http://127.0.0.1:${port}` }
  return fake
}

function operationOf({ method }: IncomingMessage, query: URLSearchParams): Operation {
  if (query.has('uploads')) return `${method} uploads`
  if (!query.has('uploadId')) return `${method} object`
  return { POST: 'POST complete', DELETE: 'DELETE upload' }[method ?? ''] ?? `${method} part`
}

/** The numbers of the parts that make an object, in the order of the request. */
function named(body: Buffer): number[] {
  return [...body.toString().matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number))
}

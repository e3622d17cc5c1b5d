// A server that speaks S3, in this process, with its objects in a temporary folder.

import { createHash, createHmac } from 'node:crypto'
import { rename, rm, stat } from 'node:fs/promises'
import { after } from 'node:test'
import { setTimeout } from 'node:timers/promises'
// @ts-expect-error It brings no types.
import Server from 's3rver'
import type { S3Options } from '../src/platform/storage/s3.ts'
import { temporaryFolder } from './folder.ts'

interface Store {
  getObject(bucket: string, key: string, range: { end?: number | string }): Promise<unknown>
  deleteObject(bucket: string, key: string): Promise<void>
  putObject(object: { bucket: string; key: string }): Promise<{ size: number }>
  putPart(bucket: string, upload: string, part: number, content: unknown): Promise<{ size: number }>
  getResourcePath(bucket: string, key: string | undefined, kind: string): string
}

interface Context {
  method: string
  href: string
  status: number
}

interface S3rver {
  store: Store
  middleware: ((context: Context, next: () => Promise<void>) => Promise<void>)[]
  run(): Promise<{ port: number }>
  close(): Promise<void>
}

const S3rver: new (options: object) => S3rver = Server

const SECRET = 'S3RVER'
/** The files of an object. */
const KINDS = ['object', 'object.md5', 'metadata.json']

/** Starts it, with the bucket `files`; it ends with the test file. */
export async function startS3(): Promise<S3Options> {
  const server = new S3rver({
    directory: temporaryFolder(),
    address: '127.0.0.1',
    port: 0,
    silent: true,
    serviceEndpoint: 'localhost',
    configureBuckets: [{ name: 'files' }],
  })
  answerWhenWritten(server.store)
  endAtByteZero(server.store)
  keepFolders(server.store)
  server.middleware.unshift(async (context, next) => {
    if (isForged(new URL(context.href), context.method, SECRET)) context.status = 403
    else await next()
  })
  const { port } = await server.run()
  after(() => server.close())
  return {
    bucket: 'files',
    region: 'us-east-1',
    accessKey: 'S3RVER',
    secretKey: SECRET,
    endpoint: `http://127.0.0.1:${port}`,
    publicEndpoint: undefined,
    pathStyle: true,
  }
}

/** The server that the environment names, if it does. */
export function realS3(): S3Options | undefined {
  const { TEST_S3_ENDPOINT: endpoint, TEST_S3_BUCKET: bucket, TEST_S3_REGION: region } = process.env
  const { TEST_S3_ACCESS_KEY: accessKey, TEST_S3_SECRET_KEY: secretKey } = process.env
  if (!endpoint || !bucket || !accessKey || !secretKey) return undefined
  return {
    bucket,
    region: region || 'us-east-1',
    accessKey,
    secretKey,
    endpoint,
    publicEndpoint: undefined,
    pathStyle: true,
  }
}

/** It answers when it has read a body, at times before the last of it is in the file. No real storage does. */
function answerWhenWritten(store: Store): void {
  const { putObject, putPart } = store
  const written = async (path: string, size: number) => {
    while ((await stat(path).catch(() => undefined))?.size !== size) await setTimeout(2)
  }
  const writing = new Map<string, Promise<unknown>>()
  let puts = 0
  store.putObject = object => {
    const put = async () => {
      const aside: typeof object = Object.create(object, { key: { value: `${object.key}.${puts++}` } })
      const pathOf = ({ bucket, key }: typeof object, kind: string) =>
        store.getResourcePath(bucket, key, kind)
      const done = await putObject.call(store, aside)
      await written(pathOf(aside, 'object'), done.size)
      for (const kind of KINDS) await rename(pathOf(aside, kind), pathOf(object, kind))
      return done
    }
    // Two bodies under one key would be mixed in one file, and one that is read would change under its reader.
    const turn = (writing.get(object.key) ?? Promise.resolve()).then(put)
    writing.set(object.key, turn)
    return turn
  }
  store.putPart = async (bucket, upload, part, content) => {
    const put = await putPart.call(store, bucket, upload, part, content)
    await written(`${store.getResourcePath(bucket, undefined, 'uploads')}/${upload}/${part}`, put.size)
    return put
  }
}

/** To it, a range that ends at 0 has no end; one that ends at '0' has. */
function endAtByteZero(store: Store): void {
  const { getObject } = store
  store.getObject = (bucket, key, range) =>
    getObject.call(store, bucket, key, range.end === 0 ? { ...range, end: '0' } : range)
}

/** With the last object it removes the folder, also from under a write that is about to begin in it. */
function keepFolders(store: Store): void {
  store.deleteObject = async (bucket, key) => {
    for (const kind of KINDS) await rm(store.getResourcePath(bucket, key, kind), { force: true })
  }
}

/**
 * Whether a signed URL is not as it was signed, or has expired: it looks at no signature of version 4 itself.
 * docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
function isForged(url: URL, method: string, secret: string): boolean {
  const given = Object.fromEntries(url.searchParams)
  if (!given['X-Amz-Signature']) return false
  const [, ...scope] = (given['X-Amz-Credential'] ?? '').split('/')
  const time = given['X-Amz-Date'] ?? ''
  const query = Object.entries(given)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  const request = [method, url.pathname, query, `host:${url.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const hash = createHash('sha256').update(request).digest('hex')
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secret}`)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), hash].join('\n')).toString('hex')
  const signed = Temporal.Instant.from(time).epochMilliseconds
  const expired = signed + Number(given['X-Amz-Expires']) * 1000 < Date.now()
  return signature !== given['X-Amz-Signature'] || expired
}

const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

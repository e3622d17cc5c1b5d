// Objects in a bucket of S3, or of what speaks like it. A small object goes in one request, a larger one by a multipart
// upload, one part after the other, which becomes an object in one moment when it is completed. The library's own Upload
// is not used: it joins parts of a stream by copying them, holds two at a time, and an abort neither ends the request
// under way nor keeps the object from coming to be (github.com/aws/aws-sdk-js-v3/issues/5109).

import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { seldom } from '../seldom.ts'
import { orAborted } from './abort.ts'
import { roundTrip } from './check.ts'
import { checkKey } from './keys.ts'
import { PARTS_IN_MEMORY, Permits, partsOf } from './parts.ts'
import { s3Fault } from './s3-faults.ts'
import type { Storage } from './storage.ts'

export interface S3Options {
  readonly bucket: string
  readonly region: string
  readonly accessKey: string
  readonly secretKey: string
  /** Undefined: Amazon's. */
  readonly endpoint: string | undefined
  /** Where browsers reach it, when that is another address. */
  readonly publicEndpoint: string | undefined
  /** Whether the bucket goes into the path of a URL, or before its host. */
  readonly pathStyle: boolean
  /** Milliseconds without a byte in either direction, after which a request is given up. */
  readonly idleMs?: number
}

/** Milliseconds */
const CONNECT_MS = 5_000
/** In which a storage has to answer before somebody is sent there. */
const ANSWER_MS = 3_000
const IDLE_MS = 30_000
/** Milliseconds in which a write that failed may clear up before it is reported. */
const CLEAR_UP_MS = 5_000
/** Requests for one thing, the first included. */
const ATTEMPTS = 3
/** Seconds */
const URL_LIFE = 300

/** Of the process, whatever storages are open in it. */
const permits = new Permits(PARTS_IN_MEMORY)

/** A storage in a bucket, which has to be there. Nothing is asked of it before the first call. */
export function s3Storage(options: S3Options): Storage {
  const { bucket: Bucket, endpoint, publicEndpoint } = options
  const client = clientFor(options, endpoint)
  const browsers = publicEndpoint === undefined ? client : clientFor(options, publicEndpoint)
  const of = (key: string) => {
    checkKey(key)
    return { Bucket, Key: key }
  }
  const closing = new AbortController()
  /** For a request: cut by `signal`, and by the end of the storage, after which a process waits for nothing. */
  const cutBy = (signal?: AbortSignal) => ({
    abortSignal: signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
  })
  const answer = async <T>(request: Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await (signal ? orAborted(request, signal) : request)
    } catch (error) {
      signal?.throwIfAborted()
      throw s3Fault(error, options)
    }
  }

  /** Also of a multipart upload whose id never reached us, since its request was cut. */
  const clear = async (object: ReturnType<typeof of>, signal?: AbortSignal) => {
    const cut = cutBy(signal)
    const uploads = new ListMultipartUploadsCommand({ Bucket, Prefix: object.Key })
    const found = await client.send(uploads, cut).catch(unless('NotImplemented', 'MethodNotAllowed'))
    for (const { Key, UploadId } of found?.Uploads ?? []) {
      if (Key !== object.Key) continue
      const end = new AbortMultipartUploadCommand({ ...object, UploadId })
      await client.send(end, cut).catch(unless('NoSuchUpload'))
    }
    await client.send(new DeleteObjectCommand(object), cut).catch(unless('NoSuchKey'))
  }

  const storage: Storage = {
    origin: originOf(browsers, options, publicEndpoint ?? endpoint),

    async put(key, body, { type: ContentType, signal, queued }) {
      const object = of(key)
      const cut = cutBy(signal)
      const waiting = { signal, ...(queued && { queued }) }
      const Parts: CompletedPart[] = []
      let UploadId: string | undefined
      let begun = false
      try {
        for await (const { number: PartNumber, bytes: Body, last } of partsOf(body, waiting, permits)) {
          begun = true
          if (last && PartNumber === 1) {
            const whole = { ...object, Body, ContentType, ContentLength: Body.length }
            await answer(client.send(new PutObjectCommand(whole), cut), signal)
            return
          }
          if (PartNumber === 1) {
            const upload = new CreateMultipartUploadCommand({ ...object, ContentType })
            UploadId = (await answer(client.send(upload, cut), signal)).UploadId
          }
          const part = { ...object, Body, ContentLength: Body.length, UploadId, PartNumber }
          const { ETag } = await answer(client.send(new UploadPartCommand(part), cut), signal)
          Parts.push({ ETag, PartNumber })
        }
        const whole = { ...object, UploadId, MultipartUpload: { Parts } }
        await answer(client.send(new CompleteMultipartUploadCommand(whole), cut), signal)
      } catch (error) {
        // The request that was cut may have reached the storage all the same.
        if (begun) await clear(object, AbortSignal.timeout(CLEAR_UP_MS)).catch(() => {})
        throw error
      }
    },

    async read(key, range) {
      const Range = range && `bytes=${range.start}-${range.end}`
      const { Body } = await answer(client.send(new GetObjectCommand({ ...of(key), Range }), cutBy()))
      return Body instanceof Readable ? Body : Readable.from([])
    },

    remove: async key => answer(clear(of(key))),

    answers: seldom(async key => {
      const { abortSignal } = cutBy(AbortSignal.timeout(ANSWER_MS))
      // That this one object is not there is an answer as well, and no news of the others.
      const asked = client.send(new HeadObjectCommand(of(key)), { abortSignal }).catch(unless('NotFound'))
      await answer(asked)
    }),

    async signedUrl(key, { type, disposition }) {
      const shown = { ResponseContentType: type, ResponseContentDisposition: disposition }
      return getSignedUrl(browsers, new GetObjectCommand({ ...of(key), ...shown }), { expiresIn: URL_LIFE })
    },

    check: () => roundTrip(storage),

    close() {
      closing.abort()
      client.destroy()
      browsers.destroy()
    },
  }
  return storage
}

function clientFor(options: S3Options, endpoint: string | undefined): S3Client {
  const { region, accessKey, secretKey, pathStyle, idleMs = IDLE_MS } = options
  // What waits for a socket of the agent counts as not connected, and would fail for being one too many.
  const agent = { maxSockets: Number.POSITIVE_INFINITY }
  return new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    forcePathStyle: pathStyle,
    // Not every storage that speaks like S3 knows the checksums that the client adds by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // By default each large body gets a connection of its own, and waits 6 s for a leave that some never give.
    expectContinueHeader: false,
    maxAttempts: ATTEMPTS,
    // `requestTimeout` counts from the start of a request, and so would cut slow ones off that go on; this counts silence.
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: idleMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })
}

/** The origin of the client's URLs, by the rules it follows itself: they know Amazon's regions, and where a bucket goes. */
function originOf(client: S3Client, options: S3Options, endpoint: string | undefined): string {
  const { url } = client.config.endpointProvider({
    Bucket: options.bucket,
    Region: options.region,
    ForcePathStyle: options.pathStyle,
    ...(endpoint !== undefined && { Endpoint: endpoint }),
  })
  return url.origin
}

/** For answers that are as good as none. */
function unless(...names: string[]): (error: unknown) => undefined {
  return error => {
    if (!(error instanceof S3ServiceException && names.includes(error.name))) throw error
  }
}

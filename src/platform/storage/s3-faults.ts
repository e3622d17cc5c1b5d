// What an error of the S3 client means. Its own message is not passed on: it comes from a server, has many lines at times,
// and quotes what was sent. Ours names the variable to look at, and never holds a key.

import type { S3ServiceException } from '@aws-sdk/client-s3'
import { StorageError, type StorageFault } from './storage.ts'

/** Where the storage is, for the messages. */
export interface Where {
  readonly bucket: string
  readonly endpoint: string | undefined
}

/** By the code of the answer, which S3 and those that follow it agree on; what each means for us. */
const CODES: Record<string, [StorageFault, (where: Where) => string]> = {
  NoSuchKey: ['missing', () => 'There is no such object.'],
  NoSuchUpload: ['unavailable', () => 'The object was removed while it was written.'],
  NoSuchBucket: [
    'misconfigured',
    ({ bucket }) => `There is no bucket “${bucket}”: check S3_BUCKET and S3_ENDPOINT.`,
  ],
  InvalidBucketName: ['misconfigured', ({ bucket }) => `“${bucket}” can't be a bucket: check S3_BUCKET.`],
  InvalidAccessKeyId: ['misconfigured', () => 'The storage does not know the key: check S3_ACCESS_KEY.'],
  SignatureDoesNotMatch: ['misconfigured', () => 'The storage refuses the signature: check S3_SECRET_KEY.'],
  AccessDenied: ['misconfigured', forbidden],
  PermanentRedirect: ['misconfigured', elsewhere],
  AuthorizationHeaderMalformed: ['misconfigured', elsewhere],
  RequestTimeTooSkewed: [
    'misconfigured',
    () => "The storage refuses requests at this time: check this machine's clock.",
  ],
  EntityTooLarge: ['full', full],
  InsufficientStorage: ['full', full],
  QuotaExceeded: ['full', full],
  XMinioStorageFull: ['full', full],
  XMinioAdminBucketQuotaExceeded: ['full', full],
}

/** The StorageError for what a request threw. */
export function s3Fault(error: unknown, where: Where): StorageError {
  const { name, code, $metadata } = error as Partial<S3ServiceException> & { code?: unknown }
  const status = $metadata?.httpStatusCode
  const [fault, explain] = CODES[name ?? ''] ?? byStatus(status) ?? byConnection(String(code ?? name))
  return new StorageError(fault, explain(where), { cause: error })
}

function byStatus(status: number | undefined): [StorageFault, (where: Where) => string] | undefined {
  if (status === undefined) return undefined
  if (status === 301 || status === 307) return ['misconfigured', elsewhere]
  if (status === 403 || status === 401) return ['misconfigured', forbidden]
  if (status === 507) return ['full', full]
  if (status >= 500 || status === 408 || status === 429)
    return ['unavailable', ({ endpoint }) => `${nameOf(endpoint)} answers ${status} for now.`]
  return [
    'misconfigured',
    ({ endpoint }) => `${nameOf(endpoint)} answers ${status}, not as S3 does: check S3_ENDPOINT.`,
  ]
}

/** Of a request that got no answer. */
function byConnection(code: string): [StorageFault, (where: Where) => string] {
  // A certificate that is not trusted, or TLS spoken to what speaks none: neither goes away by waiting.
  if (/CERT|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code))
    return [
      'misconfigured',
      ({ endpoint }) => `No safe connection to ${nameOf(endpoint)} (${code}): check S3_ENDPOINT.`,
    ]
  return ['unavailable', ({ endpoint }) => `${nameOf(endpoint)} can't be reached (${code}).`]
}

function forbidden({ bucket }: Where): string {
  return `The key may not do what is needed in the bucket “${bucket}”: check S3_ACCESS_KEY and what it is allowed.`
}

function elsewhere({ bucket }: Where): string {
  return `The bucket “${bucket}” is in another region or at another address: check S3_REGION and S3_ENDPOINT.`
}

function full({ bucket }: Where): string {
  return `The bucket “${bucket}” takes no more.`
}

const nameOf = (endpoint = 'Amazon S3') => endpoint

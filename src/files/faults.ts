import { AppError, notFound } from '../errors.ts'
import type { Log } from '../platform/log.ts'
import { StorageError } from '../platform/storage/storage.ts'
import type { Locale } from '../texts/locale.ts'

/** Seconds: what keeps a storage from answering takes somebody's hand, or passes soon. */
const RETRY_AFTER = 30

/** A file that is refused for its size: which one, and against what it was held. */
export class FileRefused extends AppError {
  readonly file: string
  /** Bytes: the most a file may have, or for `quota_full` the most all files of the Tablo may */
  readonly limit: number

  constructor(text: 'file_too_large' | 'quota_full', file: string, limit: number) {
    super('too_large', text)
    this.file = file
    this.limit = limit
  }

  override said(locale: Locale): string {
    const { tooLarge, noRoom } = locale.t.files
    return (this.text === 'quota_full' ? noRoom : tooLarge)(this.file, locale.size(this.limit))
  }
}

const TEXTS = {
  full: 'storage_full',
  unavailable: 'storage_unavailable',
  misconfigured: 'storage_unavailable',
  busy: 'uploads_busy',
  slow: 'upload_too_slow',
} as const

/** What people are told of a fault of the storage, which the log has in full. Anything else stays what it is. */
export function faultOf(error: unknown, log: Log): unknown {
  if (!(error instanceof StorageError)) return error
  const { fault } = error
  // Of these two the storage knows nothing.
  if (fault !== 'busy' && fault !== 'slow') log.error({ fault, err: error }, 'the storage failed')
  if (fault === 'missing') return notFound()
  return new AppError('unavailable', TEXTS[fault], { retryAfter: RETRY_AFTER })
}

// What a file is, told from its first bytes and never from its name: a name is what anybody says. What only its own
// programs know (file-type) is told by its signature; text has none, and is what reads as text all through.

import { fileTypeFromBuffer } from 'file-type'

/** Bytes: what the signatures that we ask for lie within. */
export const HEAD_BYTES = 4_100

const TEXT = 'text/plain'
const BINARY = 'application/octet-stream'

/** Shown by browsers without running anything. Everything else is only ever downloaded. */
const VIEWABLE = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'application/pdf',
] as const
export const viewableTypes: readonly string[] = VIEWABLE

export const isViewable = (type: string): boolean => viewableTypes.includes(type)

/** What kind of file a type is, for people. */
export type FileKind =
  | 'image'
  | 'pdf'
  | 'text'
  | 'document'
  | 'spreadsheet'
  | 'presentation'
  | 'archive'
  | 'audio'
  | 'video'
  | 'other'

const KINDS: readonly (readonly [RegExp, FileKind])[] = [
  [/^image\//, 'image'],
  [/^audio\//, 'audio'],
  [/^video\//, 'video'],
  [/^text\//, 'text'],
  [/\/pdf$/, 'pdf'],
  [/sheet|excel/, 'spreadsheet'],
  [/presentation|powerpoint/, 'presentation'],
  [/wordprocessing|msword|opendocument\.text|rtf|epub/, 'document'],
  [/zip|tar|rar|7z|compress|bzip|lz|\bxz|zstd/, 'archive'],
]

export const kindOf = (type: string): FileKind =>
  KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? 'other'

/** The media type of what begins with `head`; `whole` when that is all there is. */
export async function detectType(head: Uint8Array, whole: boolean): Promise<string> {
  // A head can break off in the middle of what a signature goes on to say.
  const known = await fileTypeFromBuffer(head).catch(() => undefined)
  if (known === undefined || /xml\b|html/.test(known.mime)) return isText(head, whole) ? TEXT : BINARY
  return known.mime === 'image/apng' ? 'image/png' : known.mime
}

/** Valid UTF-8 without control characters, but for those that lay text out. */
function isText(head: Uint8Array, whole: boolean): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !whole })
    return !/[^\P{Cc}\t\n\f\r]/u.test(text)
  } catch {
    return false
  }
}

// The audit as a table for a spreadsheet: all that a filter leaves, read a piece at a time as whoever downloads it takes
// it, so that a long one takes no more memory than a short one. A cell that a spreadsheet would compute is made one that
// it shows (OWASP, CSV Injection): people choose their own names.

import type { Reader } from '../platform/database/database.ts'
import type { MadeAt } from '../platform/database/moments.ts'
import type { Locale } from '../texts/locale.ts'
import { type AuditFilter, type AuditLine, listAudit } from './audit.ts'
import { sentenceOf } from './audit-sentence.ts'

const AT_ONCE = 1_000

const COLUMNS = [
  'at',
  'kind',
  'sentence',
  'actor',
  'actor_id',
  'subject',
  'subject_id',
  'address',
  'details',
] as const

/** The table in pieces, with the mark by which spreadsheets know UTF-8. */
export async function* auditCsv(reader: Reader, filter: AuditFilter, locale: Locale): AsyncGenerator<string> {
  yield `\uFEFF${rowOf(COLUMNS)}`
  for (let after: MadeAt | undefined; ; ) {
    const lines = await listAudit(reader, filter, { limit: AT_ONCE, after })
    yield lines.map(line => rowOf(cellsOf(line, locale))).join('')
    const last = lines.at(-1)
    if (!last || lines.length < AT_ONCE) return
    after = { at: last.place, id: last.id }
  }
}

const cellsOf = (line: AuditLine, locale: Locale): string[] => [
  line.at.toISOString(),
  line.written,
  sentenceOf(locale, line),
  line.actor ?? '',
  line.actorId ?? '',
  line.subject ?? '',
  line.subjectId,
  line.address ?? '',
  Object.entries(line.details)
    .map(([name, value]) => `${name}=${value}`)
    .join('; '),
]

const rowOf = (cells: readonly string[]): string => `${cells.map(cellOf).join(',')}\r\n`

/** RFC 4180, and neutralised. */
function cellOf(text: string): string {
  const shown = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",;\r\n']/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}

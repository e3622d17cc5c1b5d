import type { AuditKind } from '../accounts/audit.ts'
import type { Locale } from '../texts/locale.ts'
import type { AuditLine } from './audit.ts'

/** What a line of the audit says, in the reader's words. */
export function sentenceOf({ t }: Locale, { kind, actorId, actor, subject }: AuditLine): string {
  const words = t.admin.audit
  // Held by the compiler to every kind there is.
  const said: Record<AuditKind, (who: string, whom: string) => string> = words.said
  const who = nameIn(actor) ?? (actorId === null ? words.commandLine : words.somebody)
  const whom = nameIn(subject) ?? words.somebody
  // After a rollback: a later release has written what this one does not know.
  return kind === undefined ? words.unknown(who) : said[kind](who, whom)
}

/** `Ada` of `Ada <ada@example.org>`. */
const nameIn = (named: string | null): string | undefined => named?.replace(/ <[^<>]*>$/, '')

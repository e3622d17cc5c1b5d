// The audit as admins read it: the newest first, by whom it is about or who did it, by kind and by when. A line keeps its
// names; one of an earlier release, which does not, has those of today.

import { sql } from 'kysely'
import { type AuditDetails, type AuditKind, auditKinds, namedAs } from '../accounts/audit.ts'
import { folded } from '../accounts/people-listing.ts'
import type { Reader } from '../platform/database/database.ts'
import { type MadeAt, microsecondsOf, rowOf } from '../platform/database/moments.ts'
import { isId } from '../platform/ids.ts'

export interface AuditFilter {
  /** Their id, or what is in their name or address; those who are gone are found by what they had */
  readonly person?: string | undefined
  readonly kind?: AuditKind | undefined
  /** From this moment on */
  readonly since?: string | undefined
  /** Before this moment */
  readonly until?: string | undefined
}

export interface AuditLine {
  readonly id: string
  readonly at: Date
  readonly place: number
  /** Undefined for one that a later release wrote */
  readonly kind: AuditKind | undefined
  /** As it was written */
  readonly written: string
  /** Null for the command line, and for what nobody did who is known */
  readonly actorId: string | null
  readonly actor: string | null
  readonly subjectId: string
  /** Null for what is no person, and for one who is gone */
  readonly subject: string | null
  readonly address: string | null
  readonly details: AuditDetails
}

/** So many lines that a filter leaves, the newest first, those after a place. */
export async function listAudit(
  reader: Reader,
  { person, kind, since, until }: AuditFilter,
  { limit, after }: { limit: number; after?: MadeAt | undefined },
): Promise<AuditLine[]> {
  // Told first: few people are found by the indexes, many by going back from the newest line.
  const people = person === undefined ? undefined : await meantBy(reader, person)
  const rows = await reader
    .selectFrom('audit')
    .select([
      'audit.id',
      'at',
      'kind',
      'actor_id as actorId',
      'subject_id as subjectId',
      'address',
      'details',
    ])
    .select(microsecondsOf('at').as('place'))
    .select(sql<string | null>`coalesce(actor_name, ${nowNamed('actor_id')})`.as('actor'))
    .select(sql<string | null>`coalesce(subject_name, ${nowNamed('subject_id')})`.as('subject'))
    .$if(people !== undefined, query =>
      query.where(sql<boolean>`(actor_id = any(${people}::uuid[]) or subject_id = any(${people}::uuid[]))`),
    )
    .$if(kind !== undefined, query => query.where('kind', '=', kind ?? ''))
    .$if(since !== undefined, query => query.where('at', '>=', sql<Date>`${since}::timestamptz`))
    .$if(until !== undefined, query => query.where('at', '<', sql<Date>`${until}::timestamptz`))
    .$call(query => (after ? query.where(sql<boolean>`(at, audit.id) < ${rowOf(after)}`) : query))
    .orderBy('at', 'desc')
    .orderBy('audit.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ kind, details, ...row }) => ({
    ...row,
    kind: auditKinds.find(each => each === kind),
    written: kind,
    details: (details ?? {}) as unknown as AuditDetails,
  }))
}

/** The ids of whom an id or a text means. */
async function meantBy(reader: Reader, person: string): Promise<string[]> {
  if (isId(person)) return [person]
  const text = folded(sql.val(person))
  // Those who are gone are in the line that says so, and nowhere else.
  const { rows } = await sql<{ id: string }>`
    select id from users where strpos(${folded(namedAs)}, ${text}) > 0
    union
    select subject_id from audit
    where kind = 'account_closed' and strpos(${folded(sql.ref('subject_name'))}, ${text}) > 0`.execute(reader)
  return rows.map(({ id }) => id)
}

const nowNamed = (column: string) => sql`(select ${namedAs} from users where users.id = ${sql.ref(column)})`

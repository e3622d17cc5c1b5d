// The moment of a row as a number, for a place in a list that a cursor carries: microseconds since 1970, as exact as the
// database has it. A Date has milliseconds alone.

import { sql } from 'kysely'
import { z } from 'zod'
import { isId } from '../ids.ts'

export const microseconds = z.int().min(0).max(9e15)

/** Where a row stands in a list that is sorted by when its rows were made. */
export const madeAt = z.strictObject({ at: microseconds, id: z.string().refine(isId) })
export type MadeAt = z.output<typeof madeAt>

export const microsecondsOf = (column: string) =>
  sql<number>`(extract(epoch from ${sql.ref(column)}) * 1000000)::bigint`

/** The moment back from its microseconds. */
export const momentOf = (microseconds: number) =>
  sql<Date>`timestamptz 'epoch' + ${microseconds}::bigint * interval '1 microsecond'`

/** A place, to compare a row of moment and id with. */
export const rowOf = ({ at, id }: MadeAt) => sql`(${momentOf(at)}, ${id}::uuid)`

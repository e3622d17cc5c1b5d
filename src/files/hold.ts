// A backup reads the objects of files after the moment that it shows, and meanwhile files may be deleted. So it holds
// them: as long as anybody does, the cleanup removes no object. A hold is an advisory lock, which ends with its
// connection, however that ends.
//
// The cleanup looks for holds after it has claimed its rows, whose files had been deleted by then for everybody. A
// backup takes its hold before its snapshot. So either the cleanup sees the hold, or the snapshot sees that the file is
// deleted; and the cleanup need not keep new backups waiting.

import { sql } from 'kysely'
import type pg from 'pg'
import type { Reader } from '../platform/database/database.ts'

/** "xtab" and "file": a lock that nothing else takes. */
const LOCK = [0x78746162, 0x66696c65] as const

/** Keeps every object that is there from being removed, until the connection ends. */
export async function holdObjects(client: pg.ClientBase): Promise<void> {
  await client.query('select pg_advisory_lock_shared($1, $2)', [...LOCK])
}

/** Whether anybody holds the objects. */
export async function objectsAreHeld(reader: Reader): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    select exists (
      select from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())
        and classid::bigint = ${LOCK[0]} and objid::bigint = ${LOCK[1]} and objsubid = 2
    ) as held`.execute(reader)
  return rows[0]?.held ?? false
}

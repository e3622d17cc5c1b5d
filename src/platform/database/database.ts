// Three types let the compiler guard transactions. `Reader` only reads and is either of the other two; `Db` may
// begin a transaction; `Tx` is inside one and alone can write. A command takes `Db` and opens its one transaction,
// its private steps take `Tx`, a query takes `Reader`.

import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import type { DB } from './schema.ts'

declare const outside: unique symbol

export type Reader = Pick<Kysely<DB>, 'selectFrom' | 'with' | 'getExecutor' | 'executeQuery'>
export type Db = Reader & { [outside]: true }
export type Tx = Transaction<DB>

// A calendar date stays the text that Postgres sends: a Date would move it by the zone of the server.
pg.types.setTypeParser(pg.types.builtins.DATE, text => text)
// Counts and versions are far below 2^53, and a text would compare wrongly.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** Kysely on the pool. Closing the pool is up to its maker. */
export function connect(pool: pg.Pool): Db {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) }) as Kysely<DB> & Db
}

const RETRIES = 3
const WORTH_RETRYING = new Set(['40001', '40P01'])

/**
 * Runs `work` in one transaction and gives what it returns. A serialization failure or a deadlock, which Postgres
 * resolves by ending one side, is run again from the start, three times at most: `work` does nothing but SQL.
 */
export async function transaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const kysely = db as unknown as Kysely<DB>
  for (let failures = 0; ; ) {
    try {
      return await kysely.transaction().execute(work)
    } catch (error) {
      if (++failures > RETRIES || !WORTH_RETRYING.has(codeOf(error))) throw error
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : ''
}

// Postgres itself: whether it is one that Xtablo runs on, and how it is.

import type pg from 'pg'
import { type Finding, fault, fine, orFine, warning } from './findings.ts'
import { sizeOf } from './machine.ts'

const OLDEST = 15
/** Milliseconds for an answer: a page asks for two or three. */
const SLOW_MS = 20
/** Seconds by which the clocks may differ. */
const CLOCKS = 5
/** Connections that one more process may take: its pool, and what listens. */
const A_PROCESS = 12
/** Postgres stops taking writes at two thousand million. */
const OLD_AGE = 1_000_000_000
const MANY_DEAD = 100_000

/** Whether it is the right kind, answers quickly, and has the time of this machine. */
export async function checkServer(pool: pg.Pool): Promise<readonly Finding[]> {
  const row = await one<{ version: string; number: number; encoding: string; name: string }>(
    pool,
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
       current_setting('server_encoding') as encoding, current_database() as name`,
  )
  const { latency, skew } = await timing(pool)
  const found: Finding[] = []
  if (row.number < OLDEST * 10_000)
    found.push(fault(`This is Postgres ${row.version}.`, `Move the database to Postgres ${OLDEST} or later.`))
  if (row.encoding !== 'UTF8')
    found.push(
      fault(
        `The database ${row.name} keeps text as ${row.encoding}, which can't hold every letter.`,
        "Make one with: create database … template template0 encoding 'UTF8', and name it in DATABASE_URL.",
      ),
    )
  if (latency > SLOW_MS)
    found.push(
      warning(
        `An answer takes ${Math.round(latency)} ms, so every page takes several times that.`,
        'Run Xtablo near its database, on the same machine or in the same data centre.',
      ),
    )
  if (Math.abs(skew) > CLOCKS)
    found.push(
      warning(
        `The clock of this machine is ${Math.round(Math.abs(skew))} s ${skew > 0 ? 'ahead of' : 'behind'} that of the database.`,
        'Let both follow a time server: timedatectl set-ntp true.',
      ),
    )
  return orFine(found, `Postgres ${row.version}, ${row.name}, an answer in ${latency.toFixed(1)} ms`)
}

/** The quickest of some answers, in ms; and by how many seconds this machine is ahead. */
async function timing(pool: pg.Pool): Promise<{ latency: number; skew: number }> {
  let best = { latency: Number.POSITIVE_INFINITY, skew: 0 }
  for (let attempt = 0; attempt < 5; attempt++) {
    const [begun, start] = [Date.now(), performance.now()]
    const { now } = await one<{ now: number }>(
      pool,
      'select extract(epoch from clock_timestamp())::float8 as now',
    )
    const latency = performance.now() - start
    if (latency < best.latency) best = { latency, skew: (begun + latency / 2) / 1000 - now }
  }
  return best
}

/** Whether the account may do what Xtablo does: its tables, migrations, and the schema of its jobs. */
export async function checkPrivileges(pool: pg.Pool): Promise<readonly Finding[]> {
  const row = await one<{ role: string; name: string; makes: boolean; foreign: string[] | null }>(
    pool,
    `select current_user as role, current_database() as name,
       has_database_privilege(current_database(), 'create') and has_schema_privilege('public', 'create') as makes,
       (select array_agg(format('%I.%I', n.nspname, c.relname) order by 1)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname in ('public', 'pgboss') and not (
          has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
          and has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update')
          and has_table_privilege(c.oid, 'delete'))) as foreign`,
  )
  const found: Finding[] = []
  if (!row.makes)
    found.push(
      fault(
        `The account ${row.role} may not make tables, so no migration can run.`,
        `As an admin of Postgres: alter database "${row.name}" owner to "${row.role}"; alter schema public owner to "${row.role}"`,
      ),
    )
  if (row.foreign)
    found.push(
      fault(
        `The account ${row.role} may not read and write ${row.foreign[0]}${row.foreign.length > 1 ? ` and ${row.foreign.length - 1} more tables` : ''}.`,
        `They belong to another: alter table … owner to "${row.role}", or use that account in DATABASE_URL.`,
      ),
    )
  return orFine(found, `the account ${row.role} may do what is needed`)
}

/** Whether there is room for another process. */
export async function checkConnections(pool: pg.Pool): Promise<readonly Finding[]> {
  const { used, most } = await one<{ used: number; most: number }>(
    pool,
    `select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most`,
  )
  const says = `${used} of ${most} connections in use; a process of Xtablo takes up to ${A_PROCESS}`
  if (most - used >= A_PROCESS) return [fine(says)]
  const todo = 'Raise max_connections in postgresql.conf and restart Postgres, or end what else uses it.'
  return [warning(`${says}: there is no room for another.`, todo)]
}

/** What grows worse by and by when nobody looks; a transaction is long after so many hours. */
export async function checkUpkeep(pool: pg.Pool, longHours = 1): Promise<readonly Finding[]> {
  const row = await one<{
    size: number
    age: number
    long: { pid: number; hours: number; name: string } | null
    dead: string | null
    invalid: string | null
    collation: boolean
  }>(
    pool,
    `select pg_database_size(current_database())::float8 as size,
       (select max(age(datfrozenxid)) from pg_database) as age,
       (select jsonb_build_object('pid', pid, 'hours', extract(epoch from now() - xact_start) / 3600,
          'name', coalesce(nullif(application_name, ''), usename)) from pg_stat_activity
        where xact_start < now() - $1 * interval '1 hour' and datname = current_database() and backend_type = 'client backend'
        order by xact_start limit 1) as long,
       (select format('%I.%I', schemaname, relname) from pg_stat_user_tables
        where n_dead_tup > ${MANY_DEAD} and n_dead_tup > n_live_tup order by n_dead_tup desc limit 1) as dead,
       (select indexrelid::regclass::text from pg_index where not indisvalid and indislive limit 1) as invalid,
       (select datcollversion is distinct from pg_database_collation_actual_version(oid) and datcollversion is not null
        from pg_database where datname = current_database()) as collation`,
    [longHours],
  )
  const found: Finding[] = []
  if (row.long)
    found.push(
      warning(
        `A transaction of ${row.long.name} (pid ${row.long.pid}) has been open for ${Math.floor(row.long.hours)} h, and keeps Postgres from clearing up.`,
        `If nobody needs it: select pg_terminate_backend(${row.long.pid})`,
      ),
    )
  if (row.dead)
    found.push(
      warning(
        `Most rows of ${row.dead} are dead: autovacuum does not keep up.`,
        `vacuum analyze ${row.dead}, and see that autovacuum is on.`,
      ),
    )
  if (row.age > OLD_AGE)
    found.push(
      warning(
        `The oldest rows are ${Math.round(row.age / 1e6)} million transactions old; at 2000 million Postgres takes no more.`,
        'Run “vacuum freeze” in every database of the server.',
      ),
    )
  if (row.invalid)
    found.push(warning(`The index ${row.invalid} is broken off.`, `reindex index ${row.invalid}`))
  if (row.collation)
    found.push(
      warning(
        'The system sorts text by other rules than when the database was made: indexes may miss rows.',
        'reindex database; then alter database … refresh collation version',
      ),
    )
  return orFine(found, `${sizeOf(row.size)}, nothing is left lying`)
}

async function one<T extends pg.QueryResultRow>(
  pool: pg.Pool,
  question: string,
  values: unknown[] = [],
): Promise<T> {
  const { rows } = await pool.query<T>(question, values)
  const [row] = rows
  if (!row) throw new Error('the database gave no answer')
  return row
}

// Whether a restore may go where it is told to.

import type pg from 'pg'
import { claimMigrating } from '../platform/database/migrate.ts'
import { MIGRATIONS_FOLDER, migrationNames } from '../platform/database/migrations.ts'
import { version } from '../platform/root.ts'
import { readMigrations } from './catalog.ts'
import { BackupError } from './errors.ts'
import type { Manifest } from './manifest.ts'

/** Throws a BackupError unless this release can make the schema of the archive. */
export async function checkRelease({ migrations, release }: Manifest): Promise<void> {
  const known = await migrationNames(MIGRATIONS_FOLDER)
  const unknown = migrations.find(name => !known.includes(name))
  if (unknown !== undefined) {
    throw new BackupError(
      `The archive was made by Xtablo ${release} on a database with the migration ${unknown}, which this release ${version} does not know: restore it by the release that has it, or a later one.`,
    )
  }
  if (migrations.some((name, index) => name !== known[index])) {
    throw new BackupError(
      `The archive lacks the migration ${known.find(name => !migrations.includes(name))}, which others in it stand on: it is none of this Xtablo.`,
    )
  }
}

/**
 * Makes sure that nobody else uses the database, for as long as the connection lives, and that nothing is lost in it
 * unless it may be replaced. Throws a BackupError.
 */
export async function checkPlace(client: pg.Client, { replace }: { replace: boolean }): Promise<void> {
  if (!(await claimMigrating(client)))
    throw new BackupError('Another process migrates or restores this database: wait until it is done.')
  await refuseOthers(client)
  await refuseLocks(client)
  const known = await migrationNames(MIGRATIONS_FOLDER)
  const later = (await readMigrations(client)).find(name => !known.includes(name))
  if (later !== undefined) {
    throw new BackupError(
      `The database was migrated by a later release (${later}), which this release ${version} can't take down: restore into an empty database, or by that release.`,
    )
  }
  const kept = replace ? [] : await contentOf(client)
  if (kept.length > 0) {
    throw new BackupError(
      `This installation is not empty: it has ${kept.join(', ')}. Restore into an empty one, or add --replace, which deletes all of that for good.`,
    )
  }
}

async function refuseOthers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; count: number }>(
    `select application_name as name, count(*) from pg_stat_activity
     where datname = current_database() and application_name like 'xtablo %' and application_name <> 'xtablo restore'
     group by 1 order by 1`,
  )
  const names = rows.map(({ name }) => name)
  if (names.length === 0) return
  throw new BackupError(
    `Others use this database (${names.join(', ')}): stop the web and worker processes first, and start them again after the restore.`,
  )
}

/** Whoever left a transaction open in psql would keep the restore waiting without a word. */
async function refuseLocks(client: pg.Client): Promise<void> {
  // Postgres's own workers, which have no user, give way.
  const { rows } = await client.query<{ pid: number; name: string }>(
    `select pid, coalesce(nullif(application_name, ''), usename) as name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and usename is not null and exists (
       select from pg_locks join pg_class class on class.oid = relation
       where pg_locks.pid = pg_stat_activity.pid and relnamespace = any(array[to_regnamespace('public'), to_regnamespace('pgboss')]))
     order by pid limit 1`,
  )
  const [holder] = rows
  if (holder === undefined) return
  throw new BackupError(
    `${holder.name} has a transaction open on the tables: let it end, or run in psql: select pg_terminate_backend(${holder.pid})`,
  )
}

/** What somebody would miss. */
const KEPT = ['users', 'tablos', 'files', 'activity']

async function contentOf(client: pg.Client): Promise<string[]> {
  const kept = []
  for (const table of KEPT) {
    const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      `public.${table}`,
    ])
    if (!rows[0]?.there) continue
    const counted = await client.query<{ count: number }>(`select count(*) from public.${table}`)
    const count = counted.rows[0]?.count ?? 0
    if (count > 0) kept.push(`${count} rows in ${table}`)
  }
  return kept
}

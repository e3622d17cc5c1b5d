// The folder of migrations: NNNN_name.up.sql and NNNN_name.down.sql, both always there (the runner would take a
// missing down file for "run the up file again"). The first line of an up file names the oldest release that can still
// work on the database once the migration has run: `-- serves: 0.1.0`. That is stored beside the migration, because
// the release that needs to know, an older one, does not have the file.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunnerOption } from 'node-pg-migrate'
import { root } from '../root.ts'

/** A fault of migrations that an operator can act on: the message is one line that says what is wrong. */
export class MigrationError extends Error {
  override name = 'MigrationError'
}

type Strategy = NonNullable<RunnerOption['migrationLoaderStrategies']>[number]
type MigrationUnit = Awaited<ReturnType<Exclude<Strategy['loader'], string>>>[number]

export const MIGRATIONS_FOLDER = join(root, 'migrations')

const UP = /^(\d{4}_\w+)\.up\.sql$/
const SERVES = /^-- serves: (\d+\.\d+\.\d+)\s*$/

/** The names of the migrations of this release, in order. */
export async function migrationNames(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => {
    throw new MigrationError(`The folder of migrations ${folder} is missing: the installation is damaged.`)
  })
  return files.flatMap(file => UP.exec(file)?.[1] ?? []).sort()
}

/**
 * Reads the migrations for the runner, and tells `begin` of each file that is about to run. `inside` a transaction that
 * is there already, the runner begins and commits none.
 */
export async function loadMigrations(
  folder: string,
  begin: (file: string) => void,
  inside = false,
): Promise<MigrationUnit[]> {
  const names = await migrationNames(folder)
  return Promise.all(names.map(name => loadMigration(folder, name, begin, inside)))
}

async function loadMigration(
  folder: string,
  name: string,
  begin: (file: string) => void,
  inside: boolean,
): Promise<MigrationUnit> {
  const [upFile, downFile] = [`${name}.up.sql`, `${name}.down.sql`]
  const [up, down] = await Promise.all([read(folder, upFile), read(folder, downFile)])
  const serves = servedBy(up, upFile)
  return {
    id: join(folder, `${name}.sql`),
    filePaths: [join(folder, upFile), join(folder, downFile)],
    actions: {
      up: builder => {
        begin(upFile)
        if (inside) builder.noTransaction()
        builder.sql(up)
        builder.sql(
          'create table if not exists migration_serves (name text primary key, serves text not null)',
        )
        builder.sql(`insert into migration_serves values ('${name}', '${serves}')`)
      },
      down: builder => {
        begin(downFile)
        if (inside) builder.noTransaction()
        builder.sql(down)
        builder.sql(`delete from migration_serves where name = '${name}'`)
      },
    },
  }
}

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), 'utf8').catch(() => {
    throw new MigrationError(`The migration ${file} is missing in ${folder}.`)
  })
}

function servedBy(sql: string, file: string): string {
  const [first = ''] = sql.split('\n')
  const [, release] = SERVES.exec(first) ?? []
  if (release !== undefined) return release
  throw new MigrationError(
    `The first line of the migration ${file} must name the oldest release it still serves, like "-- serves: 0.1.0".`,
  )
}

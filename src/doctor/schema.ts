// Whether the database and this release fit together.

import type pg from 'pg'
import { checkRelease, MigrationError, pendingMigrations } from '../platform/database/migrate.ts'
import { version } from '../platform/root.ts'
import { type Finding, fault, fine, warning } from './findings.ts'

export async function checkSchema(pool: pg.Pool): Promise<readonly Finding[]> {
  const pending = await pendingMigrations(pool)
  if (pending.length > 0) {
    const count = pending.length === 1 ? 'One migration is' : `${pending.length} migrations are`
    return [
      fault(
        `${count} missing in the database, from ${pending[0]} on.`,
        'xtablo migrate up (xtablo web and xtablo start do it by themselves)',
      ),
    ]
  }
  try {
    const newer = await checkRelease(pool)
    if (newer === undefined) return [fine(`every migration of release ${version} was applied`)]
    return [warning(newer, 'Nothing, if you went back on purpose; otherwise start the later release.')]
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    return [
      fault(
        error.message,
        'Start the later release again. Going back behind it: “xtablo migrate down” of that release.',
      ),
    ]
  }
}

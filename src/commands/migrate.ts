import { open } from '../open.ts'
import { migrateDown, migrateUp, migrationStatus } from '../platform/database/migrate.ts'
import { configure, misused, print } from './speaking.ts'

export async function migrate([direction, ...rest]: readonly string[]): Promise<void> {
  const config = configure(rest)
  if (direction !== 'up' && direction !== 'down' && direction !== 'status') {
    throw misused('migrate takes up, down or status.')
  }
  const { deps, close } = await open(config, {
    purpose: direction === 'up' ? 'join' : 'read',
    command: `migrate ${direction}`,
  })
  try {
    if (direction === 'status') {
      for (const { name, state } of await migrationStatus(deps.pool)) print(`${state.padEnd(8)} ${name}\n`)
      return
    }
    const options = { log: (line: string) => print(`${line}\n`) }
    const names =
      direction === 'up' ? await migrateUp(deps.pool, options) : await migrateDown(deps.pool, 1, options)
    if (names.length === 0)
      print(direction === 'up' ? 'Nothing is missing.\n' : 'There is nothing to take back.\n')
  } finally {
    await close()
  }
}

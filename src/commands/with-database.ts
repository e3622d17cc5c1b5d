import type { Config } from '../config.ts'
import { open } from '../open.ts'
import type { Deps } from '../platform/deps.ts'
import { Refusal } from './speaking.ts'

/** Runs a command on a database that is there and migrated. */
export async function withDatabase(
  config: Config,
  command: string,
  work: (deps: Deps) => Promise<void>,
): Promise<void> {
  const { deps, close } = await open(config, { purpose: 'read', command })
  try {
    if (await deps.migrationsPending())
      throw new Refusal('The database is not migrated yet: run xtablo migrate up first.')
    await work(deps)
  } finally {
    await close()
  }
}

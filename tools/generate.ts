// `npm run generate`: the types of the tables, written from a database that was empty and has every migration applied.
// With `--verify` nothing is written, and a difference from the committed file ends with 1.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../src/platform/root.ts'
import { urlOf } from '../test/database.ts'
import { openTemporaryServer } from './database.ts'

// Tables of libraries, which only their libraries read.
const FOREIGN = '{*.migrations,*.migration_serves,pgboss.*}'

// As the type parsers of database.ts read them.
const MAPPING = { int8: 'number' }

const server = await openTemporaryServer()
try {
  const generator = join(root, 'node_modules/kysely-codegen/dist/cli/bin.js')
  const options = [
    '--dialect',
    'postgres',
    '--date-parser',
    'string',
    '--default-schema',
    'public',
    '--type-mapping',
    JSON.stringify(MAPPING),
  ]
  const { status } = spawnSync(
    process.execPath,
    [
      generator,
      ...options,
      ...['--exclude-pattern', FOREIGN],
      ...['--out-file', join(root, 'src/platform/database/schema.ts')],
      ...['--url', urlOf({ ...server.connection, database: server.template })],
      ...(process.argv.includes('--verify') ? ['--verify'] : []),
    ],
    { stdio: 'inherit' },
  )
  process.exitCode = status ?? 1
} finally {
  await server.close()
}

// `npm run generate`: the types of the tables, written from a database that was empty and has every migration applied,
// the shapes of the icons, the document of the API, and the client's types from it. With `--verify` nothing is written, and a difference from a committed file ends with 1.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../src/platform/root.ts'
import { urlOf } from '../test/database.ts'
import { generateClient } from './client.ts'
import { openTemporaryServer } from './database.ts'
import { generateIcons } from './icons.ts'
import { generateDocument } from './openapi.ts'

// Tables of libraries, which only their libraries read.
const FOREIGN = '{*.migrations,*.migration_serves,pgboss.*}'

// As the type parsers of database.ts read them.
const MAPPING = { int8: 'number' }

const verify = process.argv.includes('--verify')
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
      ...(verify ? ['--verify'] : []),
    ],
    { stdio: 'inherit' },
  )
  process.exitCode = status ?? 1
} finally {
  await server.close()
}

if (!(await generateIcons({ verify }))) {
  process.stderr.write('The icons differ from what is committed: run npm run generate\n')
  process.exitCode = 1
}

if (!(await generateDocument({ verify }))) {
  process.stderr.write('api/openapi.json differs from what is committed: run npm run generate\n')
  process.exitCode = 1
}

if (!generateClient({ verify })) {
  process.stderr.write('client/src/schema.ts is not what api/openapi.json says: run npm run generate\n')
  process.exitCode = 1
}

// The types of the client, written from the document of the API by the client's own openapi-typescript, which wants
// another TypeScript than ours.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../src/platform/root.ts'

/** Writes `client/src/schema.ts`; with `verify` only says whether what is committed is the same. */
export function generateClient({ verify }: { verify: boolean }): boolean {
  const args = [
    join(root, 'client/node_modules/openapi-typescript/bin/cli.js'),
    'api/openapi.json',
    ...['--output', 'client/src/schema.ts'],
    ...['--root-types', '--root-types-no-schema-prefix'],
    // What has a default may be left out of what is sent.
    ...['--default-non-nullable', 'false'],
    ...(verify ? ['--check'] : []),
  ]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  return status === 0
}

// `npm run build`: the server and the assets, side by side, in about half a second when little has changed. With
// `--anew` nothing is trusted that was built before, as for a package; it is written over, not deleted, so that what
// runs from here goes on.

import { rmSync } from 'node:fs'
import { buildAssets } from './assets.ts'
import { compile } from './compile.ts'

if (process.argv.includes('--anew'))
  for (const memory of ['dist/.server.tsbuildinfo', 'dist/.assets.inputs']) rmSync(memory, { force: true })
const [compiled] = await Promise.all([compile(), buildAssets()])
process.exitCode = compiled ? 0 : 1

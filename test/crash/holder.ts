// A process that uses an embedded database until it is told to stop, for tests that kill it or start two.

import { openEmbedded } from '../../src/platform/database/embedded/embedded.ts'

const [, , dataDir = '', purpose = 'join'] = process.argv

try {
  const log = (line: string) => process.stdout.write(`${JSON.stringify({ log: line })}\n`)
  const embedded = await openEmbedded({ dataDir, purpose: purpose as 'start', command: purpose, log })
  process.on('SIGTERM', async () => {
    await embedded.close()
    process.exit(0)
  })
  const { pool, notes, startedHere } = embedded
  process.stdout.write(`${JSON.stringify({ pool, notes, startedHere })}\n`)
} catch (error) {
  const { name, message } = error as Error
  process.stdout.write(`${JSON.stringify({ error: name, message })}\n`)
  process.exitCode = 1
}

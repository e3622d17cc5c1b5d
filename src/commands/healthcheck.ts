// What a container runs every few seconds, so it loads no more than it needs: neither the configuration nor the database.

import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** Shorter than what deploy/Dockerfile gives it. */
const LIMIT_MS = 4_000

/** Asks the process that serves on HEALTH_SOCKET how it is: prints its line, and exits 1 when that is not well. */
export async function healthcheck([unknown]: readonly string[]): Promise<void> {
  if (unknown !== undefined)
    throw (await import('./speaking.ts')).misused(`“${unknown}” is not understood here.`)
  const path = process.env.HEALTH_SOCKET
  const { well, line } = path
    ? await ask(path)
    : {
        well: false,
        line: 'HEALTH_SOCKET is not set: give a path, such as /tmp/xtablo.sock, to what serves and to this.\n',
      }
  process.stdout.write(line)
  process.exitCode = well ? 0 : 1
}

async function ask(socketPath: string): Promise<{ well: boolean; line: string }> {
  try {
    const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>()
    request({ socketPath, signal: AbortSignal.timeout(LIMIT_MS) }, resolve)
      .on('error', reject)
      .end()
    const answer = await promise
    return { well: answer.statusCode === 200, line: await text(answer) }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    const reason =
      name === 'AbortError' || name === 'TimeoutError' ? `${LIMIT_MS} ms without an answer` : code
    return {
      well: false,
      line: `Nothing answers on ${socketPath} (${reason}): it starts, ends, or is stuck.\n`,
    }
  }
}

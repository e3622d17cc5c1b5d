// How a process says whether it is well to whoever watches over it: on a Unix socket, which is there for a worker as it is
// for the web, is nobody's but this container's, and is silent when the process is dead or stuck. Each part of the
// process (web, worker) has a check of its own from when it works on, which runs when it is asked for.

import { rmSync } from 'node:fs'
import { createServer } from 'node:http'

/** Resolves with what is wrong, in words, or with undefined. */
export type HealthCheck = () => Promise<string | undefined>

/**
 * Answers on the socket: 200 when every part is well, otherwise 503, with one line that says of which part what. Takes the
 * place of a socket that a killed process left. Rejects when there can be none at this path.
 */
export async function serveHealth(path: string, parts: Readonly<Record<string, HealthCheck>>) {
  const server = createServer(async (_, answer) => {
    const faults = await faultsOf(parts)
    const line = faults.length > 0 ? faults.join('; ') : `${Object.keys(parts).join(' and ')}: well`
    answer.writeHead(faults.length > 0 ? 503 : 200, { Connection: 'close' }).end(`${line}\n`)
  })
  rmSync(path, { force: true })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(path, resolve)
  await promise
  return {
    stop: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function faultsOf(parts: Readonly<Record<string, HealthCheck>>): Promise<string[]> {
  if (Object.keys(parts).length === 0) return ['it starts']
  const found = await Promise.all(
    Object.entries(parts).map(async ([name, check]) => {
      const fault = await check().catch((error: Error) => error.message)
      return fault === undefined ? [] : `${name}: ${fault}`
    }),
  )
  return found.flat()
}

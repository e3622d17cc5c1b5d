// The connection that shows this process's use of the server is watched. When it breaks, because Postgres restarted
// its backends or died, this process attaches again, which starts a server that is gone: a workspace heals by itself
// from a killed Postgres, and the pool's next connections find it.

import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { attach } from './attach.ts'
import { leave } from './presence.ts'
import { type Server, stop } from './server.ts'

export interface Watch {
  /** Leaves the server; the last to leave stops it. */
  close(): Promise<void>
}

const PAUSE = 2000

/** Watches `client`, and calls `again` with each connection that takes its place. */
export function watch(
  server: Server,
  client: pg.Client,
  again: (client: pg.Client) => Promise<unknown>,
  log: (line: string) => void,
): Watch {
  let current = client
  let closed: Promise<void> | undefined
  let mending: Promise<void> = Promise.resolve()

  const listen = () =>
    current.once('end', () => {
      if (closed === undefined) mending = mend()
    })

  const mend = async () => {
    let said = false
    while (closed === undefined) {
      try {
        const attached = await attach(server)
        current = attached.client
        await again(current)
        listen()
        return log(attached.started ? 'Postgres had ended: it was started again.' : 'Postgres is back.')
      } catch (error) {
        if (!said) log(`Postgres has ended. ${error instanceof Error ? error.message : error}`)
        said = true
        await setTimeout(PAUSE)
      }
    }
  }

  const close = async () => {
    await mending
    await depart(server, current)
  }

  listen()
  return {
    close() {
      closed ??= close()
      return closed
    },
  }
}

/** Ends this process's use over `client`. */
export async function depart(server: Server, client: pg.Client): Promise<void> {
  // A server that is gone has nothing to be told.
  const last = await leave(client).catch(() => false)
  if (last) await stop(client, server.home)
  else await client.end().catch(() => {})
}

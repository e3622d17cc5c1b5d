// Attaching is a loop, because others come and go meanwhile: connect; where nothing answers, launch Postgres; connect
// again. Of two that launch at once Postgres lets one win, and the other connects to the winner's. One that is just
// being stopped is waited for, then started again.

import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { EmbeddedError, fullDisk, notWritable, SAYS_FULL, SAYS_READ_ONLY } from './errors.ts'
import { announce } from './presence.ts'
import { freeLocks, isFull, type Launched, launch, logSince, pidOf, reach, type Server } from './server.ts'

export interface Attached {
  client: pg.Client
  /** Whether this process started the server. */
  started: boolean
  /** Whether the server had to recover from a crash in that start. */
  recovered: boolean
}

const PATIENCE = 60_000
// Longer than another start takes to show itself.
const LOCK_PATIENCE = 3_000

/** Connects to the server and announces this process, starting the server where none runs. */
export async function attach(server: Server): Promise<Attached> {
  let launched: Launched | undefined
  const begun = Date.now()
  let heard = begun
  while (Date.now() - heard < PATIENCE) {
    const answer = await reach(server)
    if (answer === 'starting') heard = Date.now()
    else if (answer === 'silent') launched = keepLaunching(server, launched, begun)
    else {
      const pid = await join(answer).catch(() => undefined)
      if (pid !== undefined) return attached(server, answer, pid, launched)
      await answer.end().catch(() => {})
    }
    await setTimeout(20)
  }
  throw new EmbeddedError(
    `Postgres does not answer: read ${server.log}, end what still runs there, and start again.`,
  )
}

/** The pid of the server that this process now uses. Undefined, or an error, when it is being stopped. */
async function join(client: pg.Client): Promise<number | undefined> {
  // The second question is answered only by a server that is not ending its connections.
  return (await announce(client)) ? pidOf(client) : undefined
}

function attached(server: Server, client: pg.Client, pid: number, launched: Launched | undefined): Attached {
  const started = launched !== undefined && launched.child.pid === pid
  return { client, started, recovered: started && RECOVERED.test(logSince(server, launched)) }
}

const RECOVERED = /not properly shut down|was interrupted/

function keepLaunching(server: Server, launched: Launched | undefined, begun: number): Launched {
  if (launched === undefined) return launch(server)
  const { pid, exitCode, signalCode } = launched.child
  if (pid !== undefined && exitCode === null && signalCode === null) return launched
  checkRefusal(server, launched)
  if (Date.now() - begun > LOCK_PATIENCE) freeLocks(server)
  return launch(server)
}

// Another launch was quicker, or the last backends of a killed server are just leaving: worth another try.
const PASSES = /lock file ".*" already exists|pre-existing shared memory block|database system is shut down/

function checkRefusal(server: Server, launched: Launched): void {
  const { home, log } = server
  const said = logSince(server, launched)
  if (SAYS_FULL.test(said) || isFull(home.folder)) throw fullDisk(home.folder)
  if (PASSES.test(said)) return
  if (SAYS_READ_ONLY.test(said)) throw notWritable(home.folder)
  const [reason] = said.match(/(?<=(FATAL|PANIC): {2}).*|.*error while loading.*/) ?? [
    said.trim().split('\n').at(-1),
  ]
  throw new EmbeddedError(`Postgres did not start: ${reason || 'it gave no reason'}. See ${log}.`)
}

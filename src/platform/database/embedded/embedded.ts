// The embedded Postgres: a real server from npm, whose data lies in the data directory, so that nobody has to install
// one. All processes on one data directory share it: who finds none starts it (attach.ts), the last to leave stops it
// (presence.ts), and one that was left running by a crash is taken over. Its files are home.ts and cluster.ts, its
// process is server.ts, and one that dies in use is started again (watch.ts).

import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { attach } from './attach.ts'
import { findBinaries } from './binaries.ts'
import { checkCluster, makeCluster, removeLeftovers } from './cluster.ts'
import { EmbeddedError, explain } from './errors.ts'
import { findHome, type Home, makeHome } from './home.ts'
import { claimStart, hasCompany } from './presence.ts'
import { address, type Server } from './server.ts'
import { depart, watch } from './watch.ts'

export { EmbeddedError } from './errors.ts'

export interface Embedded {
  /** How to connect: a socket, no port of the machine. */
  pool: pg.PoolConfig
  /** What whoever starts Xtablo should read, a line each. */
  notes: string[]
  /** Whether this process started Postgres. */
  startedHere: boolean
  /** The folder that holds the cluster: `postgres` in the data directory, or where that can't be reached, another. */
  home: string
  /** Leaves the server, and stops it when no other process uses it. Close the pools first. */
  close(): Promise<void>
}

export interface EmbeddedOptions {
  dataDir: string
  /** `start` refuses a second `start`; `join` shares what is there; `read` never makes a database. */
  purpose: 'start' | 'join' | 'read'
  /** Settings of Postgres beside its defaults, when this process starts it. */
  settings?: Record<string, string>
  /** What this process is called where it holds others up: `start`, `worker`. */
  command?: string
  /** Told when the server had to be started again while it was in use. */
  log?: (line: string) => void
}

const DATABASE = 'xtablo'

/** Opens the embedded Postgres of `dataDir`. Throws an EmbeddedError, one line that says what to do, when it can't. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = resolve(options.dataDir)
  try {
    return await open({ ...options, dataDir })
  } catch (error) {
    throw explain(error, dataDir)
  }
}

async function open(options: EmbeddedOptions): Promise<Embedded> {
  const { dataDir, purpose, settings = {}, command = purpose, log = () => {} } = options
  const { home, binaries, made } = await prepare(dataDir, purpose)
  const name = `xtablo ${command} (process ${process.pid})`
  const server: Server = { home, binaries, log: join(dataDir, 'postgres.log'), settings, name }
  const { client, started, recovered } = await attach(server)
  const notes = [...home.notes]
  if (made) notes.push(`A new database was made in ${home.folder}.`)
  if (recovered) notes.push('The database was not stopped properly last time: Postgres has recovered it.')
  await settle(server, client, purpose)
  const takenOver = !started && !(await hasCompany(client))
  if (takenOver) notes.push('A Postgres left running by a crash was taken over.')
  const again = async (next: pg.Client) => purpose === 'start' && claimStart(next)
  const { close } = watch(server, client, again, log)
  const { host, port, user, password } = address(server)
  const pool = { host, port, user, password, database: DATABASE } as pg.PoolConfig
  return { pool, notes, startedHere: started, home: home.folder, close }
}

async function prepare(dataDir: string, purpose: EmbeddedOptions['purpose']) {
  if (process.platform === 'win32') {
    throw new EmbeddedError(
      'The embedded Postgres does not run on Windows: set DATABASE_URL to a Postgres 15 or later.',
    )
  }
  const found = findHome(dataDir)
  if (found === undefined && purpose === 'read') {
    throw new EmbeddedError(`There is no database in ${dataDir} yet: start Xtablo first.`)
  }
  const home: Home = found ?? makeHome(dataDir)
  const binaries = await findBinaries(home.account, dataDir)
  removeLeftovers(home.folder)
  if (found === undefined) await makeCluster(home, binaries)
  checkCluster(home, binaries)
  return { home, binaries, made: found === undefined }
}

async function settle(server: Server, client: pg.Client, purpose: EmbeddedOptions['purpose']): Promise<void> {
  try {
    if (purpose === 'start') await claim(client, server)
    await createDatabase(client)
  } catch (error) {
    await depart(server, client)
    throw error
  }
}

const TRIES = 20

/** A process that was killed a moment ago still holds its part for some milliseconds. */
async function claim(client: pg.Client, { home }: Server): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const holder = await claimStart(client)
    if (holder === undefined) return
    if (attempt === TRIES) {
      throw new EmbeddedError(
        `Another ${holder} already serves the database in ${home.folder}: stop that process first, or set DATA_DIR to another folder.`,
      )
    }
    await setTimeout(50)
  }
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
  if (rowCount !== 0) return
  await client.query(`create database ${DATABASE}`).catch((error: pg.DatabaseError) => {
    // Another process made it just now (duplicate_database, or its unique index).
    if (error.code !== '42P04' && error.code !== '23505') throw error
  })
}

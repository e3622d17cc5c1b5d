// A Postgres for the length of one command: TEST_DATABASE_URL where it is set, and otherwise an embedded one in a
// temporary folder. Nothing in it outlives the command, so it need not survive a crash either.

import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openEmbedded } from '../src/platform/database/embedded/embedded.ts'
import { migrateUp } from '../src/platform/database/migrate.ts'
import { createDatabase } from '../test/database.ts'
import { administer, type TestServer } from '../test/server.ts'

export interface TemporaryServer extends TestServer {
  close(): Promise<void>
}

/** Opens the server and makes a template database in it, with every migration applied. */
export async function openTemporaryServer(): Promise<TemporaryServer> {
  const { connection, close } = await openServer()
  const template = `xtablo_test_${randomBytes(4).toString('hex')}`
  const drop = () => dropAll(connection, template).finally(close)
  try {
    await administer(connection, createDatabase(template, 'template0'))
    const pool = new pg.Pool({ ...connection, database: template })
    await migrateUp(pool).finally(() => pool.end())
  } catch (error) {
    await drop()
    throw error
  }
  return { connection, template, close: drop }
}

async function openServer() {
  const url = process.env.TEST_DATABASE_URL
  if (url) return { connection: connectionOf(url), close: async () => {} }
  const dataDir = mkdtempSync(join(tmpdir(), 'xtablo-test-'))
  // Postgres runs as another user when this is root, and must be able to enter.
  chmodSync(dataDir, 0o711)
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '300',
  }
  const embedded = await openEmbedded({ dataDir, purpose: 'join', settings })
  const { host, port, user, password } = embedded.pool as TestServer['connection']
  const close = async () => {
    await embedded.close()
    rmSync(dataDir, { recursive: true, force: true })
    rmSync(embedded.home, { recursive: true, force: true })
  }
  return { connection: { host, port, user, ...(password && { password }) }, close }
}

function connectionOf(url: string): TestServer['connection'] {
  const { host, port, user, password } = new pg.Client({ connectionString: url })
  if (!host || !user)
    throw new Error('TEST_DATABASE_URL must name a host and a user: postgresql://user:password@host/database')
  return { host, port, user, ...(password && { password }) }
}

async function dropAll(connection: TestServer['connection'], template: string): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' })
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [template],
    )
    for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  } finally {
    await client.end()
  }
}

import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import pg from 'pg'
import { connect, type Db } from '../src/platform/database/database.ts'
import { administer, testServer } from './server.ts'

export interface TestDatabase {
  db: Db
  pool: pg.Pool
  config: pg.PoolConfig
  /** The same as `config`, for a process that takes a DATABASE_URL. */
  url: string
  /** Done by itself when the file's tests have ended. */
  drop(): Promise<void>
}

/** A database of this test file's own, with every migration applied; `empty` has none. */
export async function testDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const { connection, template } = testServer()
  const name = `${template}_${randomBytes(5).toString('hex')}`
  await administer(connection, createDatabase(name, kind === 'migrated' ? template : 'template0'))
  const config = { ...connection, database: name, max: 10 }
  // A test that stops the clock would keep the process for the ten seconds after which an idle connection is closed.
  const pool = new pg.Pool({ ...config, idleTimeoutMillis: 0 })
  // Dropping the database ends idle connections, which is no fault of the test.
  pool.on('error', () => {})
  const drop = once(async () => {
    if (!pool.ended) await pool.end()
    await administer(connection, waitUntilLeft(name))
    await administer(connection, `drop database if exists ${name} with (force)`)
  })
  after(drop)
  return { db: connect(pool), pool, config, url: urlOf(config), drop }
}

// A pool that has ended may still be closing its connections, and one that is cut then is an error without a listener.
const waitUntilLeft = (name: string) => `do $$ begin
  for attempt in 1..50 loop
    perform pg_stat_clear_snapshot();
    exit when not exists (select from pg_stat_activity where datname = '${name}');
    perform pg_sleep(0.01);
  end loop;
end $$`

/** The same character set and order everywhere, whatever the server's own. */
export function createDatabase(name: string, template: string): string {
  const settings = template === 'template0' ? " encoding 'UTF8' lc_collate 'C' lc_ctype 'C'" : ''
  return `create database ${name} template ${template}${settings}`
}

export function urlOf(config: pg.PoolConfig): string {
  const { host = '', port, user = '', password, database = '' } = config
  const account = [user, ...(typeof password === 'string' ? [password] : [])]
    .map(encodeURIComponent)
    .join(':')
  const isSocket = host.startsWith('/')
  const server = isSocket ? 'localhost' : `${host}:${port}`
  const socket = isSocket ? `?host=${encodeURIComponent(host)}&port=${port}` : ''
  return `postgresql://${account}@${server}/${database}${socket}`
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => {
    result ??= work()
    return result
  }
}

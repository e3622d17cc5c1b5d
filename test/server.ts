// The Postgres that a test run uses, and how the test files, each a process of its own, learn of it. `npm test` makes
// one template database with every migration applied; each file clones it, which takes some 50 ms.

import pg from 'pg'

export interface TestServer {
  /** How to connect to any database of the server. */
  connection: { host: string; port: number; user: string; password?: string }
  /** The database to clone. Its name begins those of all databases of this run. */
  template: string
}

const VARIABLE = 'XTABLO_TEST_SERVER'

/** Hands the server on to the processes that this one starts. */
export function publishServer(server: TestServer): void {
  process.env[VARIABLE] = JSON.stringify(server)
}

/** The server of this run. */
export function testServer(): TestServer {
  const published = process.env[VARIABLE]
  if (published === undefined)
    throw new Error('No test database: run the tests by npm test (npm test -- part-of-a-file)')
  return JSON.parse(published)
}

/** Runs one statement in the maintenance database, where databases are made and dropped. */
export async function administer(connection: pg.ClientConfig, statement: string): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

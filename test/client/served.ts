// The product behind a real socket, for programs that come to it as others do.

import { after } from 'node:test'
import type { Person } from '../../src/accounts/actor.ts'
import { createPersonalToken } from '../../src/accounts/personal-tokens.ts'
import type { TokenScope } from '../../src/accounts/schema.ts'
import { listen } from '../../src/platform/web/server.ts'
import { testApp } from '../app.ts'
import { ADDRESS, cast, tabloOf } from '../cast.ts'
import { testDatabase } from '../database.ts'

/** Starts it with the cast and a Tablo of theirs. It ends with the tests of the file. */
export async function served(environment: Record<string, string> = {}) {
  const database = await testDatabase()
  const web = testApp(database, environment)
  const people = await cast(database)
  const tablo = await tabloOf(database, people)
  const server = await listen(web.app, '127.0.0.1', 0)
  after(() => server.stop(0))
  const tokenOf = (person: Person, scope: TokenScope = 'write') =>
    createPersonalToken(database.db, person, { name: 'Tests', scope, days: 7 }, ADDRESS)
  const { db, pool } = database
  return {
    baseUrl: `http://127.0.0.1:${server.port}`,
    port: server.port,
    db,
    pool,
    people,
    tablo,
    tokenOf,
    web,
  }
}

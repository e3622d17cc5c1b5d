import assert from 'node:assert/strict'
import dns, { type LookupAllOptions, type lookup } from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { testDatabase } from '../../../test/database.ts'
import { runJobs } from '../jobs/running.ts'
import { openPool, openProbe } from './pool.ts'
import { patientLookup, TRIES } from './socket.ts'

/** A resolver that does not know the name at first. */
function resolver(failures: number) {
  let asked = 0
  const ask = (
    _: string,
    __: object,
    callback: (error: Error | null, address: string, family: number) => void,
  ) => (asked++ < failures ? callback(new Error('ENOTFOUND'), '', 0) : callback(null, '10.0.0.1', 4))
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  patientLookup(ask as unknown as typeof lookup)('postgres', {}, (error, address) =>
    error ? reject(error) : resolve(address),
  )
  return promise
}

test('a name that is missing for a moment is found', async () => {
  assert.equal(await resolver(TRIES - 1), '10.0.0.1')
})

test('a name that stays missing is not', async () => {
  await assert.rejects(resolver(TRIES), /ENOTFOUND/)
})

test('so looks every connection that is kept: of the pool, of readiness, of the queue', async t => {
  const database = await testDatabase()
  const { deps } = testApp(database)
  // Where it is found, nothing listens: who gave up before says ENOTFOUND.
  const connection = { host: 'postgres', port: 1, user: 'nobody' }
  const { lookup } = dns
  const asking = async (work: () => Promise<unknown>) => {
    let asked = 0
    t.mock.method(
      dns,
      'lookup',
      (name: string, options: LookupAllOptions, callback: (...args: unknown[]) => void) => {
        // The database of the tests may have a name, too.
        if (name !== connection.host) return lookup(name, options, callback)
        if (asked++ < 2) return callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }))
        return callback(null, [{ address: '127.0.0.1', family: 4 }])
      },
    )
    syncBuiltinESMExports()
    await assert.rejects(work(), { code: 'ECONNREFUSED' })
    t.mock.restoreAll()
    syncBuiltinESMExports()
  }
  for (const { pool, close } of [openPool(connection, () => {}), openProbe(connection)]) {
    await asking(() => pool.query('select 1'))
    await close(0)
  }
  await asking(() => runJobs({ ...deps, connection }, []))
})

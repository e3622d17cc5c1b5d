import assert from 'node:assert/strict'
import type { lookup } from 'node:dns'
import { test } from 'node:test'
import { patientLookup } from './socket.ts'

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
  assert.equal(await resolver(3), '10.0.0.1')
})

test('a name that stays missing is not', async () => {
  await assert.rejects(resolver(4), /ENOTFOUND/)
})

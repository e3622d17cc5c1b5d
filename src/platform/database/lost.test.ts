import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { isDatabaseLost } from './lost.ts'

const failing = (url: string): Promise<Error> =>
  new pg.Client(url).connect().then(
    () => assert.fail(),
    error => error,
  )

test('a database whose name or port is not there is lost', async () => {
  for (const url of ['postgres://nobody@nowhere.invalid/x', 'postgres://nobody@127.0.0.1:1/x']) {
    const error = await failing(url)
    assert.ok(isDatabaseLost(error), error.message)
    assert.ok(isDatabaseLost({ ...error, message: `${error.message} (Queue: x)` }), 'a copy')
  }
})

test('a fault of what was asked is none of the database’s', () => {
  for (const error of [new Error('no'), null, undefined, 'ENOTFOUND', { code: 'ENOENT', syscall: 'open' }])
    assert.equal(isDatabaseLost(error), false)
})

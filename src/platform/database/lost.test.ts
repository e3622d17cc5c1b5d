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

test('so is one whose name can’t be asked for, that no way leads to, or that says that it ends', () => {
  const system = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall })
  const said = (code: string) => Object.assign(new pg.DatabaseError('…', 0, 'error'), { code })
  const lost = [
    system('EAI_AGAIN', 'getaddrinfo'),
    system('EHOSTUNREACH', 'connect'),
    system('ECONNRESET', 'read'),
    system('EPIPE', 'write'),
    new AggregateError([system('ECONNREFUSED', 'connect')]),
    said('57P01'),
    said('57P03'),
    said('08006'),
    said('53300'),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
  ]
  for (const error of lost) assert.ok(isDatabaseLost(error), `${error.message} ${error.name}`)
})

test('a fault of what was asked is none of the database’s', () => {
  const unique = Object.assign(new pg.DatabaseError('…', 0, 'error'), { code: '23505' })
  for (const error of [
    new Error('no'),
    null,
    undefined,
    'ENOTFOUND',
    { code: 'ENOENT', syscall: 'open' },
    unique,
  ])
    assert.equal(isDatabaseLost(error), false)
})

test('a database without room, memory or connections can do nothing now, and a wrong value is no reason', async () => {
  const error = (code: string) => Object.assign(new pg.DatabaseError('said', 4, 'error'), { code })
  for (const code of ['53100', '53200', '53300', '57P01', '08006'])
    assert.ok(isDatabaseLost(error(code)), code)
  for (const code of ['22P02', '23505', '57014', '42P01'])
    assert.equal(isDatabaseLost(error(code)), false, code)
})

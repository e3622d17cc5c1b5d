import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { inTurn } from './turns.ts'

test('work of one key runs one after the other, in the order it came, and gives what it gives', async () => {
  const steps: string[] = []
  const work = (name: string, ms: number) => async () => {
    steps.push(`${name} begins`)
    await setTimeout(ms)
    steps.push(`${name} ends`)
    return name
  }
  assert.deepEqual(await Promise.all([inTurn('k', work('one', 20)), inTurn('k', work('two', 1))]), [
    'one',
    'two',
  ])
  assert.deepEqual(steps, ['one begins', 'one ends', 'two begins', 'two ends'])
})

test('work of another key does not wait', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const held = inTurn('a', () => promise)
  assert.equal(await inTurn('b', async () => 'done'), 'done')
  resolve()
  await held
})

test('work that fails, or throws before it begins, holds nobody up', async () => {
  const failing = inTurn('k', () => Promise.reject(new Error('failed')))
  const throwing = inTurn('k', () => {
    throw new Error('thrown')
  })
  const next = inTurn('k', async () => 'next')
  await assert.rejects(failing, /failed/)
  await assert.rejects(throwing, /thrown/)
  assert.equal(await next, 'next')
})

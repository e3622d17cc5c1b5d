import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByVersion } from './by-version.ts'

test('very many that hold next to nothing are bounded too', async () => {
  const kept = new ByVersion<string>(text => text.length)
  let made = 0
  const ask = (n: number) =>
    kept.at(`key ${n}`, 1, async () => {
      made++
      return 'x'
    })
  const many = 40_000
  for (let n = 0; n < many; n++) await ask(n)
  await ask(many - 1)
  assert.equal(made, many, 'the newest is kept')
  await ask(0)
  assert.equal(made, many + 1, 'the oldest went')
})

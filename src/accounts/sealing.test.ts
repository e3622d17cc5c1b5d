import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seal, unseal } from './sealing.ts'

const SECRET = 'the secret of the tests, all of it'
const content = Buffer.from('what nobody else may read')
const sealed = () => seal(SECRET, 'tests', 'one', content)

test('what was sealed comes back, and can’t be read in between', () => {
  assert.deepEqual(unseal(SECRET, 'tests', 'one', sealed()), content)
  assert.ok(!sealed().includes('read'))
  assert.notDeepEqual(sealed(), sealed())
})

test('it opens under no other secret, use or name', () => {
  assert.equal(unseal('another secret of the tests, all of it', 'tests', 'one', sealed()), undefined)
  assert.equal(unseal(SECRET, 'others', 'one', sealed()), undefined)
  assert.equal(unseal(SECRET, 'tests', 'two', sealed()), undefined)
})

test('it does not open when a byte was changed, added or lost', () => {
  const whole = sealed()
  for (const at of whole.keys()) {
    const changed = Buffer.from(whole)
    changed.writeUInt8(whole.readUInt8(at) ^ 1, at)
    assert.equal(unseal(SECRET, 'tests', 'one', changed), undefined, `byte ${at}`)
  }
  for (const other of [
    Buffer.concat([whole, whole]),
    whole.subarray(1),
    whole.subarray(0, 20),
    Buffer.alloc(0),
  ])
    assert.equal(unseal(SECRET, 'tests', 'one', other), undefined)
})

import assert from 'node:assert/strict'
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/folder.ts'
import { TestStorage } from '../../../test/storage.ts'
import { roundTrip } from './check.ts'
import { folderStorage } from './folder.ts'

test('checks that were killed leave a handful of objects, however many they were', async () => {
  const storage = new TestStorage()
  const killed = async () => {
    throw new Error('killed')
  }
  const dying = {
    put: storage.put.bind(storage),
    read: storage.read.bind(storage),
    remove: killed,
  }
  for (let n = 0; n < 40; n++) await assert.rejects(roundTrip(dying), /killed/)
  assert.ok(storage.objects.size <= 4, `${storage.objects.size} objects`)
  for (let n = 0; n < 100 && storage.objects.size > 0; n++) await roundTrip(storage)
  assert.equal(storage.objects.size, 0, 'later ones take them along')
})

test('what a killed check left half written is in nobody’s way', async () => {
  const root = temporaryFolder()
  mkdirSync(`${root}/checks`)
  for (let n = 0; n < 4; n++) writeFileSync(`${root}/checks/${n}.part`, 'half')
  await folderStorage(root).check()
  // It tries keys until one is free, and may have come by all of them.
  assert.ok(globSync('checks/*', { cwd: root }).length < 4)
})

test('a storage that keeps nothing is told from one that another check got in the way of', async () => {
  const storage = new TestStorage()
  storage.put = async () => {}
  await assert.rejects(roundTrip(storage), { fault: 'misconfigured', message: /does not give back/ })
  storage.mood = 'down'
  let asked = 0
  storage.read = async () => {
    asked++
    return TestStorage.prototype.read.call(storage, 'checks/0')
  }
  await assert.rejects(roundTrip(storage), { fault: 'unavailable' })
  assert.equal(asked, 1)
})

// Files through the client: up with progress, and down.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { openAsBlob, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient, type Progress } from '../../client/src/index.ts'
import { temporaryFolder } from '../folder.ts'
import { line } from './line.ts'
import { served } from './served.ts'

const MIB = 1_048_576
const { baseUrl, people, tablo, tokenOf, port } = await served({ MAX_UPLOAD_SIZE_MB: '8' })
const token = await tokenOf(people.ben)
const xtablo = createClient({ baseUrl, token })
const bytes = randomBytes(3 * MIB)

const names = async () => (await Array.fromAsync(xtablo.files(tablo))).map(({ name }) => name)

test('a file goes up with progress, and comes down byte for byte', async () => {
  const seen: Progress[] = []
  const name = 'Devis « été » 🍞.bin'
  const file = await xtablo.upload(tablo, bytes, { name, onProgress: each => seen.push(each) })
  assert.equal(file.name, name)
  assert.equal(file.size, bytes.length)
  assert.deepEqual(seen[0], { sent: 0, total: bytes.length })
  assert.deepEqual(seen.at(-1), { sent: bytes.length, total: bytes.length })
  assert.ok(seen.length > 10, `${seen.length}`)
  assert.deepEqual(
    seen.map(({ sent }) => sent),
    seen.map(({ sent }) => sent).sort((one, other) => one - other),
  )
  const answer = await xtablo.download(file.id)
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes))
})

test('files, blobs of the disk and text go up, under the name that they have', async () => {
  const path = join(temporaryFolder(), 'on-disk.txt')
  writeFileSync(path, 'from the disk')
  await xtablo.upload(tablo, new File(['a'], 'named.txt'))
  await xtablo.upload(tablo, await openAsBlob(path), { name: 'on-disk.txt' })
  await xtablo.upload(tablo, 'text', { name: 'text.txt' })
  assert.deepEqual((await names()).slice(0, 3), ['text.txt', 'on-disk.txt', 'named.txt'])
  await assert.rejects(xtablo.upload(tablo, 'nameless'), { code: 'invalid', status: 422 })
})

test('an upload whose answer is lost makes one file', async () => {
  const wire = await line(port)
  const far = createClient({ baseUrl: wire.baseUrl, token })
  const seen: number[] = []
  wire.loseAnswers(1)
  const onProgress = ({ sent }: Progress) => seen.push(sent)
  await far.upload(tablo, bytes, { name: 'lost.bin', onProgress })
  assert.equal(wire.broken(), 1)
  assert.equal((await names()).filter(name => name === 'lost.bin').length, 1)
  assert.equal(seen.filter(sent => sent === 0).length, 2)
})

test('the same key makes one file over two runs, and for other bytes is refused', async () => {
  const once = (content: string) => xtablo.upload(tablo, content, { name: 'k.txt', idempotencyKey: 'k1' })
  assert.equal((await once('same')).id, (await once('same')).id)
  await assert.rejects(once('other'), { status: 422 })
})

test('an upload that is given up leaves no file', async () => {
  const wanted = new AbortController()
  const onProgress = ({ sent }: Progress) => sent > MIB && wanted.abort(new Error('not any more'))
  const sending = xtablo.upload(tablo, bytes, { name: 'gone.bin', onProgress, signal: wanted.signal })
  await assert.rejects(sending, { message: 'not any more' })
  assert.ok(!(await names()).includes('gone.bin'))
})

test('a file that is too large is refused in words', async () => {
  const sending = xtablo.upload(tablo, new Uint8Array(9 * MIB), { name: 'large.bin', onProgress: () => {} })
  await assert.rejects(sending, { code: 'too_large', status: 413 })
})

test('what is not there can’t be downloaded', async () => {
  await assert.rejects(xtablo.download('019a9e0d-3c4d-7e5f-9a6b-7c8d9e0f1a2b'), { code: 'not_found' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isId } from '../ids.ts'
import { ID_SLOT, KeptPages } from './kept.ts'

const text = async (content: { bytes(): Promise<readonly Buffer[]> }) =>
  Buffer.concat(await content.bytes()).toString()

test('content is drawn once for a version, however many ask at the moment it is drawn', async () => {
  const pages = new KeptPages()
  let drawn = 0
  const ask = () =>
    text(
      pages.content('a', 1, async () => {
        drawn++
        await new Promise(resolve => setImmediate(resolve))
        return 'first'
      }),
    )
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ['first', 'first', 'first'])
  assert.equal(await ask(), 'first')
  assert.equal(drawn, 1)
})

test('another version, or another key, is drawn anew', async () => {
  const pages = new KeptPages()
  assert.equal(await text(pages.content('a', 1, async () => 'a1')), 'a1')
  assert.equal(await text(pages.content('a', 2, async () => 'a2')), 'a2')
  assert.equal(await text(pages.content('b', 2, async () => 'b2')), 'b2')
  assert.notEqual(pages.content('a', 1, async () => '').tag, pages.content('a', 2, async () => '').tag)
})

test('a slow drawing of an older version never takes the place of a newer one', async () => {
  const pages = new KeptPages()
  const { promise, resolve } = Promise.withResolvers<string>()
  const old = text(pages.content('a', 1, () => promise))
  assert.equal(await text(pages.content('a', 2, async () => 'new')), 'new')
  resolve('old')
  assert.equal(await old, 'old')
  assert.equal(await text(pages.content('a', 2, async () => 'drawn again')), 'new')
})

test('a drawing that fails is not kept', async () => {
  const pages = new KeptPages()
  await assert.rejects(text(pages.content('a', 1, () => Promise.reject(new Error('no database')))))
  assert.equal(await text(pages.content('a', 1, async () => 'drawn')), 'drawn')
})

test('a slot has another id in every page', async () => {
  const pages = new KeptPages()
  const ask = () => text(pages.content('a', 1, async () => `<${ID_SLOT}>${ID_SLOT}</>`))
  const ids = (await Promise.all([ask(), ask()])).flatMap(answer => answer.split(/[<>/]+/).filter(isId))
  assert.equal(new Set(ids).size, 4)
  assert.ok(!ids.includes(ID_SLOT))
})

test('what is kept is bounded, and the least recently used goes first', async () => {
  const pages = new KeptPages()
  const big = 'x'.repeat(5 * 1024 * 1024)
  const draw = (mark: string) => async () => mark + big
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await text(pages.content(key, 1, draw('1')))
  await text(pages.content('a', 1, draw('2')))
  await text(pages.content('g', 1, draw('1')))
  const first = async (key: string) => (await text(pages.content(key, 1, draw('2')))).slice(0, 1)
  assert.equal(await first('a'), '1')
  assert.equal(await first('b'), '2')
})

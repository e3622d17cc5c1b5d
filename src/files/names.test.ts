import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileName } from './names.ts'

test('a name is the last part of a path, whichever way the strokes lean', () => {
  assert.equal(fileName('C:\\Users\\ada\\plan.pdf'), 'plan.pdf')
  assert.equal(fileName('../../etc/passwd'), 'passwd')
  for (const nothing of ['', '.', '..', '../', 'a/', ' \t ', '\0', '...'])
    assert.equal(fileName(nothing), '', nothing)
})

test('what can’t be seen goes, and what is composed is one character', () => {
  assert.equal(fileName('a\0b\r\nc\u007f.txt'), 'abc.txt')
  assert.equal(fileName('invoice\u202efdp.exe'), 'invoicefdp.exe')
  assert.equal(fileName('e\u0301te\u0301.txt'), 'été.txt')
  assert.equal(fileName('👩‍🚀.png'), '👩‍🚀.png')
  assert.equal(fileName('a\ud800b'), 'a\ufffdb')
})

test('a name in which nothing can be seen is none', () => {
  for (const nothing of ['\u200b', '\u2060\u00ad', '\u{e0041}\u{e007f}', ' \u200d ', '.\u200b.'])
    assert.equal(fileName(nothing), '', JSON.stringify(nothing))
  assert.equal(fileName(`${'\u200b'.repeat(300)}a`), '', 'what is left of it')
  assert.equal(fileName('a\u200bb.txt'), 'a\u200bb.txt')
})

test('quotes and line ends come as browsers write them', () => {
  assert.equal(fileName('a %22good%22 plan.txt'), 'a "good" plan.txt')
  assert.equal(fileName('two%0D%0Alines.txt'), 'two  lines.txt')
  assert.equal(fileName('50%25 off %2F.txt'), '50%25 off %2F.txt')
})

test('255 characters are kept, and of a longer name the extension with them', () => {
  assert.equal(fileName('🦊'.repeat(255)), '🦊'.repeat(255))
  const long = fileName(`${'🦊'.repeat(300)}.jpeg`)
  assert.equal([...long].length, 255)
  assert.ok(long.endsWith('🦊.jpeg'))
  assert.equal(fileName(`a.${'b'.repeat(300)}`).length, 255)
  assert.equal(fileName(`.${'b'.repeat(15)}`), `.${'b'.repeat(15)}`)
})

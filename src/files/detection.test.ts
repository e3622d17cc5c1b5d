import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AVIF, DOCX, GIF, JPEG, PDF, PNG, WEBP, zipOf } from '../../test/samples.ts'
import { detectType, HEAD_BYTES, isViewable, kindOf } from './detection.ts'

const typeOf = (bytes: Uint8Array) => detectType(bytes.subarray(0, HEAD_BYTES), bytes.length <= HEAD_BYTES)
const text = (words: string) => Buffer.from(words)

test('what a browser may show is told from its first bytes', async () => {
  const types = await Promise.all([PNG, JPEG, GIF, WEBP, AVIF, PDF].map(typeOf))
  assert.deepEqual(types, [
    'image/png',
    'image/jpeg',
    'image/gif',
    'image/webp',
    'image/avif',
    'application/pdf',
  ])
  assert.ok(types.every(isViewable))
})

test('an archive is one, and a document in one is a document', async () => {
  assert.equal(await typeOf(zipOf({ 'a.txt': 'a' })), 'application/zip')
  const type = await typeOf(DOCX)
  assert.equal(type, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')
  assert.equal(kindOf(type), 'document')
})

test('text is UTF-8 without control characters, also when the head ends within a character', async () => {
  assert.equal(await typeOf(text('Crème brûlée\r\n\tà 5 €\n')), 'text/plain')
  assert.equal(await typeOf(text('')), 'text/plain')
  const long = text('é'.repeat(HEAD_BYTES))
  for (const shift of [0, 1]) assert.equal(await typeOf(long.subarray(shift * 2)), 'text/plain')
  assert.equal(await typeOf(Buffer.concat([text('x'), long])), 'text/plain')
})

test('what only looks like text is not: Latin-1, a cut character at the end, a NUL, an escape', async () => {
  const others = [
    Buffer.from('Crème', 'latin1'),
    Buffer.from('é').subarray(0, 1),
    text('a\0b'),
    text('\u001b[31m'),
    text('a\u0085b'),
  ]
  for (const bytes of others)
    assert.equal(await typeOf(bytes), 'application/octet-stream', bytes.toString('hex'))
})

test('what could run in a browser is plain text, whatever it says of itself', async () => {
  const documents = [
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    '<!doctype html><script>alert(1)</script>',
    '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
  ]
  for (const document of documents) assert.equal(await typeOf(text(document)), 'text/plain', document)
  assert.equal(isViewable('text/plain'), false)
  assert.equal(isViewable('image/svg+xml'), false)
})

test('a head that breaks off in the middle of a signature is no fault', async () => {
  for (const sample of [PNG, JPEG, WEBP, AVIF, PDF, DOCX])
    for (let length = 0; length < sample.length; length += 7)
      assert.match(await detectType(sample.subarray(0, length), false), /^[a-z]+\/[\w.+-]+$/)
})

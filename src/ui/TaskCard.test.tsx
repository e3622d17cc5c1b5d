import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TaskCard } from './TaskCard.tsx'

const id = '0199aa0e-7b1c-7cc0-8a3e-5f1d2b3c4d5e'

test('a card of a task is under 300 bytes with a title of ordinary length', () => {
  const title = 'Ask the printer for a second offer on recycled paper'
  const made = String(<TaskCard id={id} href={`/tablos/${id}/tasks/${id}`} title={title} />)
  assert.ok(Buffer.byteLength(made) < 300, `${Buffer.byteLength(made)} bytes`)
})

test('a card has one link, and the title is the whole text of it', () => {
  const made = String(<TaskCard id={id} href="/t" title="<Write> & send" />)
  assert.equal(made.match(/<a /g)?.length, 1)
  assert.match(made, /<a href="\/t">&lt;Write&gt; &amp; send<\/a>/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from 'uqr'
import { QrCode } from './QrCode.tsx'

test('the path draws the dark modules of the code and no others, with the quiet zone around it', () => {
  const content = 'otpauth://totp/Xtablo:ada%40example.org?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const html = String(<QrCode content={content} label="A code" />)
  const [, size = ''] = /viewBox="0 0 (\d+) \1"/.exec(html) ?? []
  const drawn = Array.from({ length: Number(size) }, () => Array<boolean>(Number(size)).fill(false))
  for (const [, x, y, length] of html.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    drawn[Number(y)]?.fill(true, Number(x), Number(x) + Number(length))
  assert.deepEqual(drawn, encode(content, { ecc: 'M', border: 4 }).data)
  assert.ok(
    drawn
      .slice(0, 4)
      .flat()
      .every(dark => !dark),
  )
  assert.match(html, /role="img" aria-label="A code"/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localeOf } from '../texts/locale.ts'
import { mailOf } from './Mail.tsx'

const locale = localeOf('en', 'UTC')
const letter = {
  to: 'ada@example.org',
  subject: 'Set a new password',
  paragraphs: ['Hello Ada,', 'Somebody asked for <b>this</b> & that.'],
  action: { label: 'Set it', url: 'https://tablo.example.org/reset/abc?a=1&b=2' },
  foot: ['If it was not you, do nothing.'],
}

test('text and HTML say the same, and what was typed is no markup', () => {
  const { to, subject, text, html } = mailOf(locale, letter)
  assert.deepEqual([to, subject], ['ada@example.org', 'Set a new password'])
  for (const said of [...letter.paragraphs, ...letter.foot, letter.action.label]) {
    assert.ok(text.includes(said), said)
    assert.ok(
      html.includes(said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')),
      said,
    )
  }
  assert.match(text, /^Set it\nhttps:\/\/tablo\.example\.org\/reset\/abc\?a=1&b=2$/m)
  assert.match(html, /<a href="https:\/\/tablo\.example\.org\/reset\/abc\?a=1&amp;b=2"/)
  assert.match(html, /^<!doctype html><html lang="en">/)
  assert.doesNotMatch(html, /<(img|link|script)|url\(/)
})

test('a letter with nothing to do has no link', () => {
  const { html } = mailOf(locale, { ...letter, action: undefined })
  assert.doesNotMatch(html, /<a /)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { en } from './en.ts'
import { fr } from './fr.ts'
import { languages, localeOf, preferredLanguage, timeZoneOf } from './locale.ts'
import { pluralOf } from './plural.ts'

test('a browser gets the first language it asks for that we speak, by its q values', () => {
  const cases: [header: string | undefined, language: string][] = [
    [undefined, 'en'],
    ['', 'en'],
    ['fr', 'fr'],
    ['FR-ca', 'fr'],
    ['de', 'en'],
    ['de, fr;q=0.5, en;q=0.4', 'fr'],
    ['en;q=0.4, fr;q=0.5', 'fr'],
    ['fr;q=0.4,en;q=0.5', 'en'],
    ['fr;q=0, en', 'en'],
    ['fr;q=0', 'en'],
    ['fr; q=0.9, en; q=1.0', 'en'],
    ['en-GB,fr;q=0.9', 'en'],
    ['fr, en', 'fr'],
    ['*', 'en'],
    ['*;q=0.5, fr;q=0.1', 'fr'],
    ['fr;q=abc', 'en'],
    [';;;q=,,', 'en'],
    ['frisian', 'en'],
    ['x'.repeat(10_000), 'en'],
  ]
  for (const [header, language] of cases)
    assert.equal(preferredLanguage(header), language, String(header).slice(0, 40))
})

test('English has one for one alone, French for none as well', () => {
  const forms = { one: '# one', other: '# other' }
  const of = (language: string) => [0, 1, 1.5, 2, 21].map(n => pluralOf(language)(n, forms).split(' ')[1])
  assert.deepEqual(of('en'), ['other', 'one', 'other', 'other', 'other'])
  assert.deepEqual(of('fr'), ['one', 'one', 'one', 'other', 'other'])
})

test('plurals are right in both languages, and numbers written their way', () => {
  const said = (n: number) => [en.tablos.showArchived(n), fr.tablos.showArchived(n)]
  assert.deepEqual(said(0), ['0 archived Tablos', '0 Tablo archivé'])
  assert.deepEqual(said(1), ['1 archived Tablo', '1 Tablo archivé'])
  assert.deepEqual(said(2), ['2 archived Tablos', '2 Tablos archivés'])
  assert.deepEqual(said(1_234), ['1,234 archived Tablos', '1\u202f234 Tablos archivés'])
})

test('every text that counts differs between one and many', () => {
  const counting: [string, (n: number) => string][] = []
  const collect = (part: unknown, name: string) => {
    if (typeof part === 'function') {
      const text = part as (n: number) => string
      if (text.length === 1 && text(2).includes('2') && text(2) !== text(1).replace('1', '2'))
        counting.push([name, text])
    } else if (typeof part === 'object' && part !== null)
      for (const [key, each] of Object.entries(part)) collect(each, `${name}.${key}`)
  }
  for (const [language, texts] of Object.entries({ en, fr })) collect(texts, language)
  assert.ok(counting.length >= 4, `${counting.length} texts count`)
  const names = counting.map(([name]) => name.slice(3))
  for (const name of names)
    assert.equal(names.filter(each => each === name).length, 2, `${name} counts in one language`)
})

// Words that are the same in both languages.
const SHARED =
  /^(Xtablo|Tablos|Kanban|Sessions|Description|Violet|Danger|Accent|Section 17|Image|PDF|Document|Archive|E-mail|Invitation|Code)$/

/** What is made of numbers and names, and such words. */
const SHARED_FORMS = ['texts.admin.people.sessions', 'texts.admin.people.provider']

test('no text was left in the language it was written in first', () => {
  const same: string[] = []
  const compare = (english: unknown, french: unknown, name: string) => {
    if (typeof english === 'function' && typeof french === 'function') {
      const made = [english('w', 'x', 'y', 'z'), french('w', 'x', 'y', 'z')]
      if (made[0] === made[1] && !SHARED_FORMS.includes(name)) same.push(name)
    } else if (typeof english === 'string') {
      if (english === french && !SHARED.test(english)) same.push(name)
    } else
      for (const [key, each] of Object.entries(english as object))
        compare(each, (french as Record<string, unknown>)[key], `${name}.${key}`)
  }
  compare(en, fr, 'texts')
  assert.deepEqual(same, [])
})

test('a French text has a space that does not break before : ; ! ? and inside « »', () => {
  const broken: string[] = []
  const collect = (part: unknown, name: string) => {
    if (typeof part === 'function') part = (part as (...all: string[]) => string)('x', 'x', 'x', 'x')
    if (typeof part === 'string') {
      // A colon in **bold** or in a time needs none, and neither does a mark that follows another.
      if (/[^\u00a0\u202f\s!?][;!?»]|[^\u00a0\u202f]:(?=\s)|[ ][:;!?»]|«[^\u00a0\u202f]/.test(part))
        broken.push(`${name}: ${part}`)
    } else for (const [key, each] of Object.entries(part as object)) collect(each, `${name}.${key}`)
  }
  collect(fr, 'fr')
  assert.deepEqual(broken, [])
})

test('dates, times and numbers are those of the language, in the zone of the person', () => {
  const at = new Date('2026-11-20T23:30:00Z')
  const [english, french] = [localeOf('en', 'Europe/Paris'), localeOf('fr', 'Europe/Paris')]
  assert.deepEqual([english.date(at), french.date(at)], ['21 November 2026', '21 novembre 2026'])
  assert.deepEqual([english.time(at), french.time(at)], ['00:30', '00:30'])
  assert.deepEqual([english.number(12_345.5), french.number(12_345.5)], ['12,345.5', '12\u202f345,5'])
  assert.deepEqual([english.percent(0.3), french.percent(0.3)], ['30%', '30\u00a0%'])
  assert.deepEqual(
    [english.dayKey(at), localeOf('en', 'America/New_York').dayKey(at)],
    ['2026-11-21', '2026-11-20'],
  )
})

test('a zone that is none reads as UTC, and is not kept', () => {
  const at = new Date('2026-11-20T23:30:00Z')
  assert.equal(localeOf('en', 'Mars/Olympus').time(at), '23:30')
  assert.equal(localeOf('en', 'Mars/Olympus').zone, 'UTC')
  assert.equal(localeOf('en', 'Europe/Paris'), localeOf('en', 'Europe/Paris'))
})

test('a zone is known under any of its names', () => {
  assert.equal(timeZoneOf('Asia/Kolkata'), timeZoneOf('Asia/Calcutta'))
  assert.equal(timeZoneOf('Europe/Kyiv'), timeZoneOf('Europe/Kiev'))
  for (const name of ['UTC', 'Etc/UTC', 'GMT']) assert.ok(timeZoneOf(name), name)
  for (const name of ['', 'Mars/Olympus', '+05:30', '\0', 'x'.repeat(1_000)])
    assert.equal(timeZoneOf(name), undefined, name)
})

test('each language names itself', () => {
  assert.deepEqual(
    languages.map(language => localeOf(language, 'UTC').t.language),
    ['English', 'Français'],
  )
})

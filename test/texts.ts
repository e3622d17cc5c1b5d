// Whether a page speaks one language alone: each piece of text in it must be a text of that language, or what a person
// typed. So it finds a text of the other language, and one that was written into a view.

import assert from 'node:assert/strict'
import { isId } from '../src/platform/ids.ts'
import { type Language, languages, localeOf, textsOf } from '../src/texts/locale.ts'
import { unescaped } from './client.ts'

/**
 * Gives what holds a page to a language: each piece of its text is one of the language's own, of Intl, an id, or of `data`,
 * which people have typed.
 */
export function checkerOf(
  language: Language,
  data: ReadonlySet<string>,
): (html: string, where: string) => void {
  const isOwn = speaks(language)
  const locale = localeOf(language, 'UTC')
  const now = new Date()
  const ofIntl = new Set([
    locale.ago(now, now),
    locale.ago(new Date(now.getTime() - 3 * 3_600_000), now),
    locale.day(now),
    locale.date(now),
    // Of what happens while the test runs.
    ...Array.from({ length: 15 }, (_, n) => locale.dateTime(new Date(now.getTime() + (n - 5) * 60_000))),
    ...Array.from({ length: 300 }, (_, bytes) => locale.size(bytes)),
    ...languages.map(each => localeOf(each, 'UTC').t.language),
  ])
  return (html, where) => {
    const unknown = piecesOf(html).filter(
      piece => !isOwn(piece) && !data.has(piece) && !ofIntl.has(piece) && !isId(piece),
    )
    assert.deepEqual(unknown, [], where)
    if (html.startsWith('<!doctype')) assert.match(html, new RegExp(`<html lang="${language}">`), where)
  }
}

const ARGUMENT = '\u0001'
const ATTRIBUTES = [
  'aria-label',
  'placeholder',
  'title',
  'alt',
  'data-moved',
  'data-not-moved',
  'data-menu',
  'data-keys',
  'data-too-large',
  'data-waiting',
  'data-sending',
  'data-finishing',
  'data-lost',
  'data-failed',
  'data-added',
  'data-not-added',
  'data-cancelled',
  'data-copied',
  'data-known',
  'data-cancel',
  'data-dismiss',
  'data-retry',
]

/** Says whether a text is one of the language's own. */
function speaks(language: Language): (text: string) => boolean {
  const texts = new Set<string>()
  const patterns: RegExp[] = []
  collect(textsOf(language))
  const isOne = (text: string) => texts.has(text) || patterns.some(pattern => pattern.test(text))
  // A title with its advice is two texts, and so is a control with the reason why it is disabled.
  return text =>
    isOne(text) || text.split(/ \(|(?<=[.!?]) /).every(part => isOne(part) || isOne(part.replace(/\.$/, '')))

  function collect(part: unknown): void {
    if (typeof part === 'string') texts.add(part)
    else if (typeof part === 'function')
      for (const made of examplesOf(part as TextFunction)) patterns.push(patternOf(made))
    else for (const each of Object.values(part as object)) collect(each)
  }
}

type TextFunction = (...all: unknown[]) => string

/** What a text function makes of arguments that can be told from its own words. */
function examplesOf(text: TextFunction): string[] {
  const call = (argument: unknown): string => text(...Array(text.length).fill(argument))
  const made = call(ARGUMENT)
  return made.includes(ARGUMENT) ? [made] : [0, 1, 2].map(n => call(n).replaceAll(String(n), ARGUMENT))
}

const patternOf = (made: string) => new RegExp(`^${made.split(ARGUMENT).map(RegExp.escape).join('.+')}$`, 's')

/** Every piece of text in a page, or in a part of one, as a reader or a screen reader has it. */
function piecesOf(html: string): string[] {
  const visible = html
    .replaceAll(/<(script|style|svg)\b.*?<\/\1>/gs, '')
    // Names of zones are the same in every language, and exact times are told by Intl.
    .replaceAll(/<select[^>]*name="time_zone".*?<\/select>/gs, '')
    .replaceAll(/<time [^>]*>/g, '<time>')
  const between = visible.split(/<[^>]*>/)
  const attributes = [...visible.matchAll(/<[^>]*>/g)].flatMap(([tag]) =>
    ATTRIBUTES.flatMap(name => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? []),
  )
  const [, title = ''] = /<title>(.*?)<\/title>/.exec(visible) ?? []
  return [...between, ...attributes]
    .filter(piece => piece !== title)
    .concat(title.split(' · '))
    .map(piece => unescaped(piece).replace(/^[\s·(]+|[\s·)]+$/g, ''))
    .filter(piece => /\p{L}/u.test(piece))
}

// Whether a page speaks one language alone: each piece of text in it must be a text of that language, or what a person
// typed. So it finds a text of the other language, and one that was written into a view.

import { type Language, textsOf } from '../src/texts/locale.ts'
import { unescaped } from './client.ts'

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
export function speaks(language: Language): (text: string) => boolean {
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
export function piecesOf(html: string): string[] {
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

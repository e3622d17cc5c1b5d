// How one person reads: their language's texts, and dates, times and numbers in that language and their time zone.
// A Locale is made once for each language and zone and then shared: Intl's formatters are slow to make.

import { en, type Texts } from './en.ts'
import { fr } from './fr.ts'

const LANGUAGES = { en, fr } satisfies Record<string, Texts>

export type Language = keyof typeof LANGUAGES
export const languages = Object.keys(LANGUAGES) as Language[]
export const textsOf = (language: Language): Texts => LANGUAGES[language]

export interface Locale {
  readonly language: Language
  readonly zone: string
  readonly t: Texts
  /** "20 November 2026" */
  date(at: Date): string
  /** "20 Nov 2026, 14:05" */
  dateTime(at: Date): string
  /** "14:05" */
  time(at: Date): string
  /** "Friday 20 November", for the heads of a history grouped by day */
  day(at: Date): string
  /** The calendar day in the zone, as YYYY-MM-DD: equal for two moments of one day. */
  dayKey(at: Date): string
  /** "3 minutes ago", "yesterday": the largest unit that fits */
  ago(at: Date, now: Date): string
  number(n: number): string
  /** 0.3 as "30%" */
  percent(share: number): string
  /** Bytes as "25 MB", in steps of 1,024 */
  size(bytes: number): string
}

const made = new Map<string, Locale>()

/** The Locale of a language and an IANA time zone; an unknown zone reads as UTC. */
export function localeOf(language: Language, zone: string): Locale {
  const key = `${language} ${zone}`
  const known = made.get(key)
  if (known) return known
  const timeZone = timeZoneOf(zone)
  const locale = makeLocale(language, timeZone ?? 'UTC')
  if (timeZone) made.set(key, locale)
  return locale
}

const zones = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])

/**
 * An IANA time zone under the one name that Intl lists it by, or undefined when there is no such zone: browsers have
 * more than one name for some, such as Asia/Kolkata for Asia/Calcutta.
 */
export function timeZoneOf(name: string): string | undefined {
  if (zones.has(name)) return name
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    return zones.has(timeZone) ? timeZone : undefined
  } catch {
    return undefined
  }
}

/** Of the languages a browser asks for in `Accept-Language`, the first that we speak, by its q values; else English. */
export function preferredLanguage(header: string | undefined): Language {
  const wanted = (header ?? '')
    .split(',')
    .map(part => {
      const [tag = '', q] = part.trim().split(/;\s*q=/)
      return { language: tag.toLowerCase().split('-')[0], weight: q === undefined ? 1 : Number(q) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  for (const { language } of wanted) {
    const known = languages.find(each => each === language)
    if (known) return known
  }
  return 'en'
}

const DAY = 86_400

/** What sizes are told in, each 1,024 of the one before. */
const SIZE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** In seconds; below a day. */
const CLOCK_UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['hour', 3_600],
  ['minute', 60],
]

/** In days. */
const CALENDAR_UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365],
  ['month', 30],
  ['week', 7],
  ['day', 1],
]

function makeLocale(language: Language, zone: string): Locale {
  const tag = language === 'en' ? 'en-GB' : language
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(tag, { ...options, timeZone: zone })
    return (at: Date) => formatter.format(at)
  }
  const key = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone: zone })
  const day = format({ weekday: 'long', day: 'numeric', month: 'long' })
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  const numbers = new Intl.NumberFormat(tag)
  const percents = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 })
  return {
    language,
    zone,
    t: LANGUAGES[language],
    date: format({ dateStyle: 'long' }),
    dateTime: format({ dateStyle: 'medium', timeStyle: 'short' }),
    time: format({ timeStyle: 'short' }),
    day: at => capitalized(day(at)),
    dayKey: at => key.format(at),
    ago: (at, now) => {
      const seconds = (at.getTime() - now.getTime()) / 1000
      // From a day on calendar days count, so that "yesterday" is the day before today and no other.
      const days = (Date.parse(key.format(at)) - Date.parse(key.format(now))) / (DAY * 1000)
      const [units, amount] = Math.abs(seconds) < DAY ? [CLOCK_UNITS, seconds] : [CALENDAR_UNITS, days]
      for (const [unit, size] of units) {
        if (Math.abs(amount) >= size) return relative.format(Math.trunc(amount / size), unit)
      }
      return relative.format(0, 'second')
    },
    number: n => numbers.format(n),
    percent: share => percents.format(share),
    size: sizesIn(tag),
  }
}

function sizesIn(tag: string): (bytes: number) => string {
  const formats = SIZE_UNITS.map(unit => {
    const words = { style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short' } as const
    return [0, 1].map(
      maximumFractionDigits => new Intl.NumberFormat(tag, { ...words, maximumFractionDigits }).format,
    )
  })
  return bytes => {
    // Rounded to 1,024 it is one of the next unit.
    let step = 0
    let amount = bytes
    for (; amount >= 1023.5 && step < SIZE_UNITS.length - 1; step++) amount /= 1_024
    const format = formats[step]?.[step > 0 && amount < 9.95 ? 1 : 0]
    return format?.(amount) ?? ''
  }
}

/** French writes days of the week small, but not at the head of a line. */
const capitalized = (text: string) => text.charAt(0).toLocaleUpperCase() + text.slice(1)

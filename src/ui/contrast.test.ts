// The colours are chosen by eye and held by measure: WCAG 2.2 asks 4.5:1 of text and 3:1 of what shows a control, on every
// surface they stand on, in both themes. Set CONTRAST=1 to see the figures.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { tabloColors } from './colors.ts'

type Tokens = Map<string, string>

const css = readFileSync('assets/css/tokens.css', 'utf8')
const [, light = '', dark = ''] = css.split(/:root \{/)
const themes = { light: read(light), dark: new Map([...read(light), ...read(dark)]) }

const TEXT_ON: Record<string, string[]> = {
  text: ['bg', 'surface', 'sunken', 'hover', 'accent-tint', 'danger-tint'],
  muted: ['bg', 'surface', 'sunken', 'hover'],
  accent: ['bg', 'surface', 'sunken', 'accent-tint'],
  danger: ['bg', 'surface', 'sunken', 'danger-tint'],
  ok: ['bg', 'surface', 'sunken', 'ok-tint'],
  warn: ['bg', 'surface', 'sunken', 'warn-tint'],
  'accent-text': ['accent', 'accent-strong', 'danger', 'danger-strong'],
  bg: ['text'],
}

const CONTROL_ON: Record<string, string[]> = {
  control: ['bg', 'surface', 'sunken'],
  accent: ['bg', 'surface', 'sunken', 'hover', 'line'],
  danger: ['bg', 'surface', 'sunken'],
}

for (const [theme, tokens] of Object.entries(themes)) {
  test(`text stands out 4.5:1 wherever it stands, in the ${theme} theme`, () =>
    check(theme, tokens, TEXT_ON, 4.5))

  test(`the edge of a control stands out 3:1, in the ${theme} theme`, () =>
    check(theme, tokens, CONTROL_ON, 3))

  test(`initials and badges in a Tablo's colour can be read, in the ${theme} theme`, () => {
    for (const color of tabloColors) {
      const { ink, tint, wash } = toneOf(color, tokens)
      for (const ground of [tint, wash]) atLeast(4.5, `${theme} ${color}`, ratio(ink, ground))
    }
  })
}

function check(theme: string, tokens: Tokens, pairs: Record<string, string[]>, least: number): void {
  for (const [ink, grounds] of Object.entries(pairs)) {
    for (const ground of grounds) {
      const found = ratio(luminance(tokens.get(ink) ?? ''), luminance(tokens.get(ground) ?? ''))
      atLeast(least, `${theme} ${ink} on ${ground}`, found)
    }
  }
}

function atLeast(least: number, what: string, found: number): void {
  if (process.env.CONTRAST) process.stdout.write(`${what}: ${found.toFixed(2)}\n`)
  assert.ok(found >= least, `${what} is ${found.toFixed(2)}:1, and must be ${least}:1`)
}

function read(block: string): Tokens {
  const body = block.slice(0, block.indexOf('}'))
  return new Map(
    [...body.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

function toneOf(color: string, tokens: Tokens) {
  const rule = read(css.slice(css.indexOf(`.tone-${color} {`)))
  const number = (name: string) => Number.parseFloat(rule.get(name) ?? tokens.get(name) ?? '0')
  const at = (lightness: string, share: number) =>
    luminanceOf(number(lightness) / 100, number('chroma') * share, number('hue'))
  return {
    tint: at('tone-tint', number('tone-fade')),
    wash: at('tone-wash', 0.45),
    ink: at('tone-ink', 0.6),
  }
}

function luminance(oklch: string): number {
  const [lightness = 0, chroma = 0, hue = 0] = (oklch.match(/[\d.]+/g) ?? []).map(Number)
  return luminanceOf(lightness / 100, chroma, hue)
}

/** Relative luminance of an oklch colour, by the matrices of CSS Color 4. */
function luminanceOf(lightness: number, chroma: number, hue: number): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clamp = (x: number) => Math.min(1, Math.max(0, x))
  const red = clamp(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)
  const green = clamp(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)
  const blue = clamp(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function ratio(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}

import type { Locale } from '../texts/locale.ts'
import type { TabloColor } from '../ui/colors.ts'

/** People to show parts with. */
export const samplePeople = [
  { id: 'ada', name: 'Ada Lovelace', email: 'ada@example.org' },
  { id: 'benoit', name: 'Benoît Mandelbrot', email: 'benoit@example.org' },
  { id: 'chimamanda', name: 'Chimamanda Adichie', email: 'chimamanda@example.org' },
] as const

const COLORS: TabloColor[] = ['teal', 'amber', 'violet']

/** Tablos to show parts with, in the language of the reader. */
export const sampleTablos = (locale: Locale) =>
  locale.t.demo.tablos.map((title, index) => ({
    id: String(index + 1),
    title,
    color: COLORS[index] ?? 'slate',
  }))

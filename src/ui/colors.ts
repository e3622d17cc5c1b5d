/** The colours a Tablo may have. Their shades in each theme are the `tone-*` classes of assets/css/tokens.css. */
export const tabloColors = ['slate', 'red', 'amber', 'green', 'teal', 'blue', 'violet', 'pink'] as const

export type TabloColor = (typeof tabloColors)[number]

/** The class that gives `--dot`, `--tint` and `--ink` of a colour to an element and what is in it. */
export const toneOf = (color: TabloColor): string => `tone-${color}`

/** A colour that stays the same for an id: for the avatar of a person who chose none. */
export function colorOfId(id: string): TabloColor {
  let sum = 0
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) >>> 0
  return tabloColors[sum % tabloColors.length] ?? 'slate'
}

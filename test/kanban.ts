// What a test reads in a page with columns, and in what htmx gets instead of a page.

import { type Answer, unescaped } from './client.ts'

/** The titles of each column, as the page shows them. */
export const columnsOf = ({ text }: Answer): string[][] =>
  text
    .split('<section class="column"')
    .slice(1)
    .map(column =>
      [...column.matchAll(/<a href="[^"]*\/tasks\/[^"]*">([^<]*)<\/a>/g)].map(([, title = '']) => title),
    )
export const countsOf = ({ text }: Answer): string[] =>
  [...text.matchAll(/<header class="column-head">.*?<span class="count [^>]*>(\d+)</gs)].map(
    ([, n = '']) => n,
  )
/** What htmx puts where. */
export const partsOf = ({ text }: Answer): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<hx-partial hx-target="([^"]*)"[^>]*>(.*?)<\/hx-partial>/gs)].map(
      ([, target = '', html = '']) => [unescaped(target), html],
    ),
  )

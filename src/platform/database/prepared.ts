// Postgres plans a statement anew each time unless it was prepared under a name, and for the short queries of a page
// the plan costs more than the answer. Every statement with parameters is therefore prepared once on each connection,
// under a name that follows from its text. The texts come from our code and are few; past the bound, which only lists
// of varying length could reach, statements go unprepared.

import pg from 'pg'

const MOST_STATEMENTS = 500
const names = new Map<string, string>()

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known || names.size >= MOST_STATEMENTS) return known
  const name = `s${names.size}`
  names.set(text, name)
  return name
}

type Query = pg.Client['query']

/** A connection that prepares what it is asked with parameters. For the `Client` of a pool. */
export class PreparingClient extends pg.Client {
  override query: Query = ((...args: Parameters<Query>) => {
    const [text, values] = args as unknown as [unknown, unknown[] | undefined]
    const name =
      typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined
    const rest = name === undefined ? args : [{ name, text, values }, ...args.slice(2)]
    return (super.query as (...all: unknown[]) => unknown)(...rest)
  }) as Query
}

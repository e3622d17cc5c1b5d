// Kysely builds and compiles a query anew each time it runs. For the few queries that every page runs, that takes longer
// than Postgres does; these are built once, with a slot where each argument goes, and then only filled in.

import type { Compilable, CompiledQuery } from 'kysely'
import type { Reader } from './database.ts'

class Slot {
  readonly index: number
  constructor(index: number) {
    this.index = index
  }
}

/**
 * A query that is compiled when it first runs. `build` gets slots in place of the arguments, so it may only pass them on
 * as values, and must build the same query whatever they are.
 */
export function compiledOnce<A extends readonly unknown[], R>(
  build: (reader: Reader, ...args: A) => Compilable<R>,
): (reader: Reader, ...args: A) => Promise<R[]> {
  let compiled: CompiledQuery<R> | undefined
  return async (reader, ...args) => {
    compiled ??= build(
      reader,
      ...(Array.from({ length: build.length - 1 }, (_, index) => new Slot(index)) as unknown as A),
    ).compile()
    const parameters = compiled.parameters.map(value => (value instanceof Slot ? args[value.index] : value))
    return (await reader.executeQuery<R>({ ...compiled, parameters })).rows
  }
}

import { AsyncResource } from 'node:async_hooks'
import type pg from 'pg'
import { PreparingClient } from '../database/prepared.ts'
import { kindOf, type Tracing } from './tracing.ts'

type Asked = Parameters<pg.Client['query']>
type Callback = (error: unknown, result: unknown) => void

/** A connection whose statements are steps of the trace in which they were asked. For the `Client` of a pool. */
export function tracedClient(tracing: Tracing): typeof PreparingClient {
  return class extends PreparingClient {
    constructor(config?: string | pg.ClientConfig) {
      super(config)
      const ask = this.query as (...args: unknown[]) => unknown
      const traced = (...args: unknown[]): unknown => {
        const span = begin(tracing, args as unknown as Asked)
        if (!span) return ask(...args)
        const end = (error: unknown) => {
          if (error) span.fail(kindOf(error))
          span.end()
        }
        const callback = args.at(-1)
        if (typeof callback === 'function') {
          const told: Callback = (error, result) => {
            end(error)
            callback(error, result)
          }
          return ask(...args.slice(0, -1), told)
        }
        const asked = ask(...args) as Promise<unknown>
        asked.then(() => end(undefined), end)
        return asked
      }
      this.query = traced as pg.Client['query']
    }
  }
}

/**
 * Has whoever waits for a connection go on in their own trace: the pool calls them from where one was given back, which
 * is somebody else's.
 */
export function keepTraces(pool: pg.Pool): void {
  const connect = pool.connect.bind(pool) as (callback?: unknown) => unknown
  const kept = (callback?: (...args: unknown[]) => unknown) =>
    connect(callback && AsyncResource.bind(callback))
  pool.connect = kept as pg.Pool['connect']
}

/** Undefined outside of a trace, and for what is no statement. */
function begin(tracing: Tracing, [asked]: Asked) {
  const text = typeof asked === 'string' ? asked : (asked as unknown as pg.QueryConfig).text
  if (typeof text !== 'string') return undefined
  const name = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'QUERY'
  return tracing.step({
    name,
    kind: 'client',
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': name,
      'db.query.text': withoutLiterals(text),
    },
  })
}

/**
 * The values that people give go beside the text. What stands in it are words of ours, but nobody has to trust that.
 */
const withoutLiterals = (text: string): string => text.replaceAll(/'(?:[^']|'')*'/g, "'?'")

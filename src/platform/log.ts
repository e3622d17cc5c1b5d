import { type Logger, pino } from 'pino'

export type Log = Logger

/**
 * Readable lines in development, JSON in production; written at once, to standard output, or to standard error where
 * that is taken for something else.
 */
export function createLog(options: { level: string; production: boolean; toError?: boolean }): Log {
  const base = { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  const output = pino.destination({ fd: options.toError ? 2 : 1, sync: true })
  return pino(base, options.production ? output : { write: json => output.write(readable(json)) })
}

// When, how bad, what, then the rest as name=value, and a stack below. Made here because pino-pretty's stream takes
// longer than many a request.
function readable(json: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(json) as Line
  const values = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  )
  const stack = err ? `\n${err.stack ?? err.message}` : ''
  return `${time.slice(11, 23)} ${LEVELS[level] ?? level} ${[msg, ...values].join(' ')}${stack}\n`
}

interface Line {
  level: number
  time: string
  msg: string
  err?: { message: string; stack?: string }
}

const LEVELS: Record<number, string> = Object.fromEntries(
  Object.entries(pino.levels.values).map(([name, value]) => [value, name.padEnd(5)]),
)

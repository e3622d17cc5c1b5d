import { type Logger, pino } from 'pino'
import pinoPretty from 'pino-pretty'

export type Log = Logger

/** Readable lines in development, JSON in production; to standard output, written at once. */
export function createLog(options: { level: string; production: boolean }): Log {
  const base = { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  if (options.production) return pino(base, pino.destination({ fd: 1, sync: true }))
  return pino(base, pinoPretty({ sync: true, singleLine: true, translateTime: 'HH:MM:ss.l' }))
}

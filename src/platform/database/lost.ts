import pg from 'pg'

// Classes of SQLSTATE: 08 connection exceptions, 57P01 to 57P03 the server stops or starts, 53 it has no room on its
// disk, no memory or no connection left.
const STATES = /^(08|57P0|53)/
const SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  // The name of a container is there as long as it runs.
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
])
const CALLS = new Set(['connect', 'read', 'write', 'getaddrinfo'])
// What pg says without a code.
const SAID =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

/** Seconds after which it is worth trying again: Postgres restarts in less. */
export const RETRY_AFTER = 5

/** Whether the error says that the database can't be reached or can do nothing now, and not that something is wrong with what was asked. */
export function isDatabaseLost(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  if (error instanceof AggregateError) return error.errors.some(isDatabaseLost)
  // pg-boss hands on copies of errors, which are of no class any more.
  const { code = '', syscall = '', message = '' } = error as NodeJS.ErrnoException
  if (error instanceof pg.DatabaseError || 'severity' in error) return STATES.test(code)
  return (SYSTEM.has(code) && CALLS.has(syscall)) || SAID.test(message)
}

// A connection of a backup's or a restore's own: what takes hours is not for a pool whose statements end after half a
// minute. What a server or a role sets by itself is set back: limits, and how values are written as text, which must be
// the same wherever an archive is made and read.

import pg from 'pg'
import type { Deps } from '../platform/deps.ts'

const SETTINGS: Record<string, string> = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  lock_timeout: '0',
  search_path: 'public',
  timezone: 'UTC',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
}

/** Opens it for `command`. Ended by its user; `signal` cuts it whatever it does. */
export async function connectAlone(
  connection: Deps['connection'],
  command: string,
  signal: AbortSignal,
): Promise<pg.Client> {
  signal.throwIfAborted()
  const client = new pg.Client({ ...connection, application_name: `xtablo ${command}`, keepAlive: true })
  // What it was asked fails anyway; without a listener the process would end.
  client.on('error', () => {})
  const cut = () => void client.end().catch(() => {})
  signal.addEventListener('abort', cut, { once: true })
  client.once('end', () => signal.removeEventListener('abort', cut))
  try {
    await client.connect()
    // Not every Postgres has all of them.
    await client.query(
      `select set_config(there.name, wanted.value, false) from pg_settings there
       join unnest($1::text[], $2::text[]) wanted(name, value) on lower(there.name) = wanted.name`,
      [Object.keys(SETTINGS), Object.values(SETTINGS)],
    )
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

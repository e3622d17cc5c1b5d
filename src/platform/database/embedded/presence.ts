// Every process that uses the server says so by a shared advisory lock on one connection that it keeps open. The
// server itself drops the lock of a process that dies. The last to leave takes the same lock exclusively and keeps it
// until the server has stopped, so a newcomer either is seen by the last one, which then lets the server run, or
// fails to get its shared lock and knows that this server is going away.

import type pg from 'pg'

// "xtab": locks of one database share one space of numbers, and nothing else takes locks in `postgres`.
const SPACE = 0x78746162
const USING = 1
const STARTED = 2

/** Says that this process uses the server. False: its last user is just stopping it. */
export function announce(client: pg.Client): Promise<boolean> {
  return ask(client, 'select pg_try_advisory_lock_shared($1, $2) as yes', USING)
}

/** Whether any other process uses the server. */
export function hasCompany(client: pg.Client): Promise<boolean> {
  return ask(
    client,
    `select exists (select from pg_locks where locktype = 'advisory' and classid = $1 and objid = $2
       and granted and pid <> pg_backend_pid()) as yes`,
    USING,
  )
}

/** Takes the part of the one `xtablo start`. Otherwise gives the name of the process that has it. */
export async function claimStart(client: pg.Client): Promise<string | undefined> {
  if (await ask(client, 'select pg_try_advisory_lock($1, $2) as yes', STARTED)) return undefined
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name from pg_stat_activity join pg_locks using (pid)
     where locktype = 'advisory' and classid = $1 and objid = $2 and granted`,
    [SPACE, STARTED],
  )
  return rows[0]?.name ?? 'another process'
}

/** Ends this process's use. True: it was the last, and nobody new can come before the server has stopped. */
export async function leave(client: pg.Client): Promise<boolean> {
  await client.query('select pg_advisory_unlock_all()')
  return ask(client, 'select pg_try_advisory_lock($1, $2) as yes', USING)
}

async function ask(client: pg.Client, question: string, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ yes: boolean }>(question, [SPACE, lock])
  return rows[0]?.yes ?? false
}

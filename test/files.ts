// Files of a Tablo as tests make and see them.

import type { Actor } from '../src/accounts/actor.ts'
import { type Given, type Uploading, upload, type Written } from '../src/files/uploading.ts'
import type { TestDatabase } from './database.ts'

export interface Sent {
  name: string
  bytes?: string | Uint8Array
  /** Runs when the first byte has been read */
  meanwhile?: () => Promise<unknown>
  signal?: AbortSignal
  sentAs?: string | undefined
}

/** Uploads files without a browser, each in two pieces. */
export function send(deps: Uploading, actor: Actor, tablo: string, ...files: Sent[]): Promise<Written[]> {
  const sentAs = files[0]?.sentAs
  return upload(deps, actor, tablo, { unnamed: 'file', sentAs }, async take => {
    for (const file of files) await take(givenOf(file))
  })
}

function givenOf({ name, bytes = name, meanwhile, signal = new AbortController().signal }: Sent): Given {
  const whole = Buffer.from(bytes)
  const half = Math.ceil(whole.length / 2)
  async function* body() {
    yield whole.subarray(0, half)
    await meanwhile?.()
    yield whole.subarray(half)
  }
  return { name, body: body(), signal }
}

/** How many rows there are in each state. */
export async function statesOf({ pool }: TestDatabase): Promise<Record<string, number>> {
  const { rows } = await pool.query('select state, count(*)::int as count from files group by state')
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

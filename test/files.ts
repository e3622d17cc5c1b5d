// Files of a Tablo as tests make and see them.

import assert from 'node:assert/strict'
import { beforeEach } from 'node:test'
import { pino } from 'pino'
import type { Actor } from '../src/accounts/actor.ts'
import { recent } from '../src/activity/activity.ts'
import { list } from '../src/files/files.ts'
import { type Given, type Uploading, upload, type Written } from '../src/files/uploading.ts'
import { testApp } from './app.ts'
import { type Cast, cast, tabloOf } from './cast.ts'
import type { Client } from './client.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { TestStorage } from './storage.ts'

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

interface Here {
  people: Cast
  /** Ada's */
  tablo: string
}

/** A database for a test file, and what is `here` anew before each of its tests. */
async function anew() {
  const database = await testDatabase()
  const here = {} as Here
  beforeEach(async () => {
    await database.pool.query('truncate users, tablos, files, activity, activity_heads cascade')
    here.people = await cast(database)
    here.tablo = await tabloOf(database, here.people)
  })
  return { database, db: database.db, pool: database.pool, here }
}

/** The application with a limit of 1 MiB, and the Files page of a Tablo in ada's browser. */
export async function filesWeb() {
  const { database, db, pool, here: begun } = await anew()
  const here = begun as Here & { path: string; ada: Client }
  const storage = new TestStorage()
  const web = testApp(database, { MAX_UPLOAD_SIZE_MB: '1' }, { storage })
  beforeEach(async () => {
    storage.objects.clear()
    storage.mood = 'well'
    here.path = `/tablos/${here.tablo}/files`
    here.ada = await web.browserOf(here.people.ada)
  })
  /** Adds a file of ada's, and gives its id. */
  const add = async (name: string, bytes: string | Uint8Array = name): Promise<string> =>
    (await send(web.deps, here.people.ada, here.tablo, { name, bytes }))[0]?.id ?? ''
  const names = async () => (await list(db, here.tablo)).files.map(({ name }) => name)
  return { database, db, pool, here, storage, web, add, names }
}

/** Uploads to a Tablo without the web, with a limit of `most` bytes. */
export async function uploads(most: number) {
  const { database, db, pool, here: begun } = await anew()
  const here = begun as Here & { storage: TestStorage; deps: Uploading }
  beforeEach(() => {
    here.storage = new TestStorage()
    const config = { maxUploadBytes: most, tabloQuotaBytes: undefined }
    here.deps = { db, storage: here.storage, log: pino({ level: 'silent' }), config }
  })
  const listed = async () => (await list(db, here.tablo)).files
  const activity = async () =>
    (await recent(db, { tablo: here.tablo }, 10))
      .map(({ change }) => change)
      .filter(({ kind }) => kind.startsWith('file'))
  /** Nothing of an upload is to be seen, and nothing kept but a row that says so. */
  const nothingLeft = async () => {
    assert.deepEqual(await listed(), [])
    assert.deepEqual([...here.storage.objects.keys()], [])
    const { pending, stored } = await statesOf(database)
    assert.deepEqual([pending, stored], [undefined, undefined])
    assert.deepEqual(await activity(), [])
  }
  return {
    database,
    db,
    pool,
    here,
    send: (actor: Actor, ...files: Sent[]) => send(here.deps, actor, here.tablo, ...files),
    listed,
    activity,
    nothingLeft,
  }
}

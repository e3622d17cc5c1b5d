// The product in a browser: the application on a database of this test file's own, a real server on a free loopback
// port, and Chromium. Whatever a page reports as an error, or would fetch from elsewhere, fails the test that opened it.

import assert from 'node:assert/strict'
import { after, afterEach } from 'node:test'
import { pino } from 'pino'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import type { Person } from '../../src/accounts/actor.ts'
import { startSession } from '../../src/accounts/sessions.ts'
import type { TaskStatus } from '../../src/activity/kinds.ts'
import { createApp } from '../../src/app.ts'
import { parseConfig } from '../../src/config.ts'
import { transaction } from '../../src/platform/database/database.ts'
import type { Deps } from '../../src/platform/deps.ts'
import { newId } from '../../src/platform/ids.ts'
import { mailFolder } from '../../src/platform/mail/shown.ts'
import { createMetrics } from '../../src/platform/metrics/metrics.ts'
import { folderStorage } from '../../src/platform/storage/folder.ts'
import { listen } from '../../src/platform/web/server.ts'
import { create as createTablo } from '../../src/tablos/tablos.ts'
import { create as createTask } from '../../src/tasks/tasks.ts'
import { testDatabase } from '../database.ts'
import { temporaryFolder } from '../folder.ts'

const DESKTOP = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }
export const PATIENCE_MS = 8_000

export interface Product {
  url: string
  database: Awaited<ReturnType<typeof testDatabase>>
  deps: Deps
  browser: Browser
  /** A window of somebody who is not signed in. */
  visitor(options?: BrowserContextOptions): Promise<Page>
  /** A window of a person who is. */
  windowOf(person: Person, options?: BrowserContextOptions): Promise<Page>
  person(name: string): Promise<Person>
  /** A Tablo with tasks by column; gives its Kanban's path. */
  kanban(owner: Person, tasks?: Partial<Record<TaskStatus, string[]>>): Promise<string>
  join(path: string, person: Person, role: 'editor' | 'viewer'): Promise<void>
  /** Faults that a test expects are taken from here. */
  faults: string[]
}

/** Starts it for a test file; everything ends with the file. `environment` is over that of a development start, and may name the port. */
export async function product(environment: Record<string, string> = {}): Promise<Product> {
  const database = await testDatabase()
  const { db, pool } = database
  const config = parseConfig({ LOG_LEVEL: 'error', ...environment })
  const log = pino({ level: 'error' }, pino.destination({ fd: 2, sync: true }))
  const secret = 'of the browser tests, and of nothing else'
  const storage = folderStorage(temporaryFolder())
  const mailer = mailFolder(temporaryFolder())
  const deps = {
    config,
    db,
    pool,
    probe: pool,
    connection: database.config,
    storage,
    mailer,
    log,
    secret,
    migrationsPending: async () => false,
    metrics: createMetrics(),
  }
  const app = createApp(deps)
  // What is bound to an address has one of its own; else any that is free will do.
  const { origin, port } = config.baseUrl
  const own = environment.BASE_URL ? Number(port) : environment.PORT ? config.port : 0
  const server = await listen(app, '127.0.0.1', own)
  const url = environment.BASE_URL ? origin : `http://127.0.0.1:${server.port}`
  const executablePath = process.env.CHROMIUM_PATH
  const browser = await chromium.launch(executablePath ? { executablePath } : {})
  const windows: BrowserContext[] = []
  const faults: string[] = []

  const visitor = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ baseURL: url, viewport: DESKTOP, locale: 'en', ...options })
    windows.push(context)
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    watch(page, url, faults)
    return page
  }
  after(async () => {
    await browser.close()
    await server.stop(0)
  })
  afterEach(async () => {
    for (const window of windows.splice(0)) await window.close()
    assert.deepEqual(faults.splice(0), [], 'what pages reported')
  })

  return {
    url,
    database,
    deps,
    browser,
    faults,
    visitor,
    async windowOf(person, options) {
      const from = { address: '127.0.0.1', userAgent: 'Chromium' }
      const token = await transaction(db, tx => startSession(tx, person.id, from))
      const page = await visitor(options)
      await page.context().addCookies([{ name: 'xtablo_session', value: token, url }])
      return page
    },
    async person(name) {
      const id = newId()
      const email = `${id}@example.org`
      await pool.query(
        `insert into users (id, name, email, role, time_zone, password_hash) values ($1, $2, $3, 'user', 'UTC', '')`,
        [id, name, email],
      )
      return { id, name, email, role: 'user', language: null, timeZone: 'UTC' }
    },
    async kanban(owner, tasks = {}) {
      const tabloId = await createTablo(db, owner, {
        title: 'Spring catalogue',
        description: '',
        color: 'teal',
      })
      for (const [status, titles] of Object.entries(tasks) as [TaskStatus, string[]][])
        for (const title of titles) await createTask(db, owner, tabloId, { title, description: '', status })
      return `/tablos/${tabloId}/tasks`
    },
    async join(path, person, role) {
      await pool.query('insert into members (tablo_id, user_id, role) values ($1, $2, $3)', [
        path.split('/')[2],
        person.id,
        role,
      ])
    },
  }
}

function watch(page: Page, url: string, faults: string[]): void {
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.text()} (${page.url()})`)
  })
  page.on('pageerror', error => faults.push(String(error.stack)))
  page.on('request', request => {
    // Chromium shows a PDF by pages of its own.
    if (/^chrome(-extension)?:/.test(request.url())) return
    if (!request.url().startsWith(`${url}/`)) faults.push(`fetched from elsewhere: ${request.url()}`)
  })
}

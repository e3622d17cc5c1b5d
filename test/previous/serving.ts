// Two releases side by side, each by processes of its own, on one database, one folder of files and one secret.

import { join } from 'node:path'
import { root } from '../../src/platform/root.ts'
import { Client } from '../client.ts'
import { program } from '../command.ts'
import type { TestDatabase } from '../database.ts'
import { temporaryFolder } from '../folder.ts'

const SHARED = {
  DATA_DIR: temporaryFolder(),
  SESSION_SECRET: 'the secret of the tests, all of it',
  PORT: '0',
  HOST: '127.0.0.1',
}

/** The command line of this release. */
export const THIS = join(root, 'dist/src/main.js')

/** Runs a command of a release on the database. */
export const command = (main: string, { url }: Pick<TestDatabase, 'url'>, ...args: string[]) =>
  program(main, args, { ...SHARED, DATABASE_URL: url })

/** Starts the web process of a release, and waits until it serves. */
export async function startWeb(main: string, database: Pick<TestDatabase, 'url'>) {
  const web = command(main, database, 'web')
  const [, url = ''] = await web.says(/Xtablo is ready: (http:\/\/[\w.]+:\d+\/)/)
  return {
    url,
    said: web.said,
    /** A browser of somebody who is not signed in */
    browser: () => new Client({ fetch: request => fetch(request, { redirect: 'manual' }) }, new URL(url)),
    api: (token: string, path: string, request: RequestInit = {}) =>
      fetch(new URL(`api/v1${path}`, url), {
        ...request,
        headers: { Authorization: `Bearer ${token}`, ...(request.headers as Record<string, string>) },
      }),
    stop: async () => {
      web.process.kill('SIGTERM')
      return web.ended
    },
  }
}

/** A request with a JSON body. */
export const json = (method: string, body: object, headers: Record<string, string> = {}): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', ...headers },
})

/** The answer's JSON, when it is what was hoped for. */
export async function answered<T>(answer: Promise<Response>, status: number): Promise<T> {
  const response = await answer
  const text = await response.text()
  if (response.status !== status) throw new Error(`${response.status} in place of ${status}: ${text}`)
  return JSON.parse(text)
}

// The mails that wait in the queue of a test, sent as a worker would send them.

import { runAttempt } from '../src/platform/jobs/attempt.ts'
import type { Mail, Mailer } from '../src/platform/mail/mailer.ts'
import { jobs } from '../src/worker.ts'
import type { TestApp } from './app.ts'

export interface Post {
  /** Runs the jobs of mails that wait, in their order, and gives what they sent. */
  deliver(): Promise<Mail[]>
  /** Runs them on a server that takes each mail and says that it did not: they wait on. Gives what it took. */
  fail(): Promise<Mail[]>
  /** The payloads that wait, as they stand in the database. */
  waiting(): Promise<{ id: string; name: string; data: { payload: Record<string, unknown> } }[]>
}

/** The post of an application. */
export function postOf({ deps }: Pick<TestApp, 'deps'>): Post {
  const waiting = async () =>
    (
      await deps.pool.query(
        `select id, name, data from pgboss.job where name like '%\\_mail' and state in ('created', 'retry') order by id`,
      )
    ).rows

  async function run(mailer: Mailer, after: string): Promise<void> {
    const kinds = jobs({ ...deps, mailer })
    for (const { id, name, data } of await waiting()) {
      const definition = kinds.find(({ kind }) => kind.name === name)
      if (!definition) throw new Error(`There is no kind of job ${name}`)
      const attempt = { jobId: id, number: 1, signal: new AbortController().signal }
      await runAttempt(definition, data.payload, attempt).catch(error => {
        if (after === 'completed') throw error
      })
      await deps.pool.query(`update pgboss.job set state = $2::pgboss.job_state where id = $1`, [id, after])
    }
  }

  return {
    waiting,
    async deliver() {
      const sent: Mail[] = []
      const send = async (mail: Mail) => void sent.push(mail)
      await run({ ...deps.mailer, send }, 'completed')
      return sent
    },
    async fail() {
      const taken: Mail[] = []
      const send = async (mail: Mail) => {
        taken.push(mail)
        throw new Error('The mail server said no.')
      }
      await run({ ...deps.mailer, send }, 'retry')
      return taken
    },
  }
}

/** The path of the one link in a mail. Throws when there is none. */
export function linkIn(mail: Mail | undefined): string {
  const [, path] = /https?:\/\/[^/\s]+(\/(?:reset|verify)\/[\w-]{43})$/m.exec(mail?.text ?? '') ?? []
  if (!path) throw new Error(`There is no link in ${mail?.subject ?? 'no mail'}`)
  return path
}

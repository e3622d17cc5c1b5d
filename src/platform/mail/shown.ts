// Development without a mail server: mails are kept as files, so that web and worker may be two processes, and are shown
// at /dev/mail. The newest fifty stay. Links in them are as good as mailed ones, so only this machine may see them.

import { mkdirSync } from 'node:fs'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isId, newId } from '../ids.ts'
import type { Mail, Mailer } from './mailer.ts'

const KEPT = 50

export interface ShownMail extends Mail {
  readonly id: string
  readonly at: Date
}

export interface MailFolder extends Mailer {
  /** The newest first. */
  list(): Promise<ShownMail[]>
}

/** The folder, where mails are shown. */
export const shownBy = (mailer: Mailer): MailFolder | undefined =>
  mailer.way === 'shown' ? (mailer as MailFolder) : undefined

export function mailFolder(folder: string): MailFolder {
  const names = async () =>
    (await readdir(folder))
      .filter(name => name.endsWith('.json') && isId(name.slice(0, -5)))
      .sort()
      .reverse()
  return {
    way: 'shown',
    async send({ to, subject, text, html }) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const id = newId()
      const aside = join(folder, `${id}.new`)
      await writeFile(aside, JSON.stringify({ at: new Date(), to, subject, text, html }), { mode: 0o600 })
      await rename(aside, join(folder, `${id}.json`))
      for (const name of (await names()).slice(KEPT)) await rm(join(folder, name), { force: true })
    },
    async check() {},
    close() {},
    async list() {
      const mails: ShownMail[] = []
      for (const name of await names().catch(() => [])) {
        // It may have gone meanwhile.
        const file = await readFile(join(folder, name), 'utf8').catch(() => undefined)
        if (file === undefined) continue
        const { at, ...mail } = JSON.parse(file)
        mails.push({ id: name.slice(0, -5), at: new Date(at), ...mail })
      }
      return mails
    },
  }
}

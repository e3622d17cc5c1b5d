import assert from 'node:assert/strict'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/folder.ts'
import { parseConfig } from '../../config.ts'
import { openMailer } from './open.ts'
import { mailFolder, shownBy } from './shown.ts'

const never = new AbortController().signal
const mail = (subject: string) => ({ to: 'ada@example.org', subject, text: 'Été', html: '<p>Été</p>' })

test('shown mails are listed as they were sent, the newest first, also by another process', async () => {
  const folder = join(temporaryFolder(), 'made', 'when needed')
  assert.deepEqual(await mailFolder(folder).list(), [])
  const sending = mailFolder(folder)
  for (const subject of ['one', 'two']) await sending.send(mail(subject), never)
  const [newest, ...rest] = await mailFolder(folder).list()
  assert.ok(newest && newest.at instanceof Date)
  const { id, at, ...content } = newest
  assert.deepEqual(content, mail('two'))
  assert.deepEqual(
    rest.map(({ subject }) => subject),
    ['one'],
  )
})

test('fifty stay, for whoever owns the folder alone, and what is no mail is passed over', async () => {
  const folder = temporaryFolder()
  const mailer = mailFolder(folder)
  for (let n = 0; n < 52; n++) await mailer.send(mail(`${n}`), never)
  const names = readdirSync(folder)
  assert.equal(names.length, 50)
  for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o077, 0)
  writeFileSync(join(folder, 'notes.json'), 'not a mail')
  writeFileSync(join(folder, `${names[0]?.replace('.json', '')}.new`), 'half of one')
  const subjects = (await mailer.list()).map(({ subject }) => subject)
  assert.deepEqual([subjects.length, subjects[0], subjects.at(-1)], [50, '51', '2'])
})

test('mail goes to the server that is named, is shown in development, and goes nowhere in production', async () => {
  const secret = { SESSION_SECRET: 'the secret of the tests, all of it' }
  const named = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'xtablo@example.org' }
  const wayOf = (environment: Record<string, string>) =>
    openMailer(parseConfig({ ...secret, ...environment })).way
  assert.deepEqual(
    [wayOf({}), wayOf(named), wayOf({ ENV: 'production' }), wayOf({ ENV: 'production', ...named })],
    ['shown', 'smtp', 'none', 'smtp'],
  )
  const none = openMailer(parseConfig({ ...secret, ENV: 'production' }))
  assert.equal(shownBy(none), undefined)
  const unset = { name: 'MailError', fault: 'none', message: /SMTP_URL is not set/ }
  await assert.rejects(none.send(mail('lost'), never), unset)
  await assert.rejects(none.check(), unset)
})

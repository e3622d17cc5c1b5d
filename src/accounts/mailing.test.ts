import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { testApp } from '../../test/app.ts'
import { cast } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { headersOf, mailServer } from '../../test/smtp.ts'
import { transaction } from '../platform/database/database.ts'
import { notifyWorkers } from '../platform/jobs/enqueue.ts'
import { smtpMailer } from '../platform/mail/smtp.ts'
import { createWorker } from '../worker.ts'

const database = await testDatabase()
const { db, pool } = database

test('a mail that the server does not take now is tried again, and the log names no reader', async () => {
  const { ada } = await cast(database)
  let refused = 0
  const server = await mailServer({
    onRcptTo: ({ address }, _, done) => {
      const busy = Object.assign(new Error(`Not now, ${address}`), { responseCode: 451 })
      done(refused++ === 0 ? busy : null)
    },
  })
  const url = `smtp://127.0.0.1:${server.port}/?tls.rejectUnauthorized=false`
  const mailer = smtpMailer({ url, from: 'Xtablo <xtablo@example.org>' })
  const web = testApp(database, {}, { mailer })
  const worker = await createWorker(web.deps)
  after(() => worker.stop(1_000))
  assert.equal((await web.visitor().post('/forgot', { email: ada.email })).status, 303)
  const failed = () => pool.query(`select error from job_failures where kind = 'reset_mail'`)
  while ((await failed()).rowCount === 0) await setTimeout(20)
  // Its next turn is in a second or two.
  const due = async () =>
    (
      await pool.query(
        `update pgboss.job set start_after = now() where name = 'reset_mail' and state = 'retry'`,
      )
    ).rowCount
  while ((await due()) === 0) await setTimeout(20)
  await transaction(
    db,
    async tx => void (await tx.selectNoFrom(notifyWorkers('reset_mail').as('told')).execute()),
  )
  while (server.received.length === 0) await setTimeout(20)
  const [mail] = server.received
  assert.deepEqual(mail?.to, [ada.email])
  assert.deepEqual(mail && headersOf(mail).get('subject'), ['Set a new password'])
  assert.deepEqual((await failed()).rows, [
    { error: 'The mail server did not take the mail (EENVELOPE RCPT TO 451).' },
  ])
  assert.ok(!JSON.stringify(web.lines).includes(ada.email))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../test/database.ts'
import { examined } from '../../test/doctor.ts'
import { mailServer } from '../../test/smtp.ts'

const database = await testDatabase()
const MAIL_FROM = 'Xtablo <xtablo@example.org>'
const found = async (environment: Record<string, string>) =>
  (await examined(database, environment)).finding('mail')

test('a mail server that takes us is fine, and is sent nothing', async () => {
  const server = await mailServer({ authOptional: false })
  const SMTP_URL = `smtp://xtablo:right@127.0.0.1:${server.port}/?tls.rejectUnauthorized=false`
  assert.match(
    await found({ SMTP_URL, MAIL_FROM }),
    new RegExp(`^fine: 127.0.0.1:${server.port} takes our mail, asked in \\d+ ms$`),
  )
  assert.deepEqual(server.received, [])
})

test('what is wrong with it is a fault with what to do, and shows no password', async () => {
  const server = await mailServer()
  const on = (user: string, query = '?tls.rejectUnauthorized=false') =>
    found({ SMTP_URL: `smtp://${user}127.0.0.1:${server.port}/${query}`, MAIL_FROM })
  assert.match(
    await on('xtablo:hidden@'),
    /^fault: .*does not take the user and password \(EAUTH.*\| Check the user/,
  )
  assert.match(
    await on('', ''),
    /^fault: .*no safe connection.*\| Check that SMTP_URL has the name of the certificate/,
  )
  const { port } = server
  await server.close()
  assert.match(
    await found({ SMTP_URL: `smtp://xtablo:hidden@127.0.0.1:${port}`, MAIL_FROM }),
    /^fault: .*can’t be reached.*\| Check the host and the port.*\| Mails wait/,
  )
})

test('half a configuration of mail is told, and mail is not looked at', async () => {
  for (const half of [{ SMTP_URL: 'smtp://user:hidden@smtp.example.org' }, { MAIL_FROM }] as Record<
    string,
    string
  >[]) {
    const { finding } = await examined(database, half)
    assert.match(finding('configuration'), /^fault: (MAIL_FROM|SMTP_URL): needed with/)
    assert.match(finding('mail'), /^skipped: /)
  }
})

test('without one, development shows mails and production is warned', async () => {
  assert.match(await found({}), /^fine: shown at \/dev\/mail/)
  assert.match(
    await found({ ENV: 'production', BASE_URL: 'https://127.0.0.1:1', TRUST_PROXY: '127.0.0.1' }),
    /^warning: No mail is sent: SMTP_URL is not set.*Set SMTP_URL and MAIL_FROM.*reset-password EMAIL prints a link/,
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf } from '../test/config.ts'
import { parseConfig } from './config.ts'

const URL = 'smtps://xt%40blo:p%2Fss@smtp.example.org:465/?pool=false'
const FROM = 'Xtablo <xtablo@example.org>'

test('a mail server and the sender are needed together', () => {
  assert.match(
    faultsOf({ SMTP_URL: URL }).join(),
    /^MAIL_FROM: needed with SMTP_URL, expected an address[^,]*, or/,
  )
  assert.match(faultsOf({ MAIL_FROM: FROM }).join(), /^SMTP_URL: needed with MAIL_FROM, expected the address/)
  assert.deepEqual(parseConfig({ SMTP_URL: URL, MAIL_FROM: FROM }).smtp, { url: URL, from: FROM })
  for (const from of ['xtablo@example.org', 'Équipe, « Xtablo » <a+b@example.org>', '<x@example.org>'])
    assert.deepEqual(faultsOf({ SMTP_URL: URL, MAIL_FROM: from }), [], from)
})

test('mail is shown in development alone, where no server is named', () => {
  const shows = (environment: Record<string, string>) =>
    parseConfig({ SESSION_SECRET: 'x'.repeat(32), ...environment }).showsMail
  assert.equal(shows({}), true)
  assert.equal(shows({ SMTP_URL: URL, MAIL_FROM: FROM }), false)
  assert.equal(shows({ ENV: 'production' }), false)
})

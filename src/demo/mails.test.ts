import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { testDatabase } from '../../test/database.ts'
import { temporaryFolder } from '../../test/folder.ts'
import { newId } from '../platform/ids.ts'
import { mailFolder } from '../platform/mail/shown.ts'

const database = await testDatabase()
const mailer = mailFolder(temporaryFolder())
const web = testApp(database, {}, { mailer })
const HOSTILE = '<script>alert(1)</script>'

test('before the first mail the page says how one comes', async () => {
  assert.match((await web.visitor().get('/dev/mail')).text, /No mail yet/)
})

test('mails are listed, the newest first, and each is read as HTML in a frame and as text', async () => {
  for (const subject of ['One', HOSTILE])
    await mailer.send(
      {
        to: 'ada@example.org',
        subject,
        text: `Hello ${HOSTILE}`,
        html: `<!doctype html><html><head></head><body>${HOSTILE}</body></html>`,
      },
      new AbortController().signal,
    )
  const [newest, one] = await mailer.list()
  const list = await web.visitor().get('/dev/mail')
  assert.ok(list.text.indexOf(`/dev/mail/${newest?.id}`) < list.text.indexOf(`/dev/mail/${one?.id}`))
  assert.ok(!list.text.includes(HOSTILE))
  const path = `/dev/mail/${newest?.id}`
  assert.match(
    (await web.visitor().get(path)).text,
    new RegExp(`<iframe[^>]* src="${path}/html"[^>]* sandbox="`),
  )
  const text = await web.visitor().get(`${path}?as=text`)
  assert.match(text.text, /Hello &lt;script&gt;/)
  assert.ok(!text.text.includes('<iframe') && !text.text.includes(HOSTILE))
  for (const gone of [newId(), 'x'])
    for (const end of ['', '/html'])
      assert.equal((await web.visitor().get(`/dev/mail/${gone}${end}`)).status, 404)
})

test('a mail in its frame runs nothing, fetches nothing, and leads out of it', async () => {
  const [newest] = await mailer.list()
  const { headers, text } = await web.visitor().get(`/dev/mail/${newest?.id}/html`)
  const policy = headers.get('Content-Security-Policy') ?? ''
  assert.match(
    policy,
    /^sandbox [^;]*; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'$/,
  )
  assert.doesNotMatch(policy, /allow-scripts|allow-same-origin|allow-forms/)
  assert.equal(headers.get('X-Frame-Options'), 'SAMEORIGIN')
  assert.match(text, /<head><base target="_top">/)
})

test('they are there in development without a mail server alone, for a page of this machine alone', async () => {
  const server = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'xtablo@example.org' }
  for (const environment of [server, { ENV: 'production' }])
    for (const path of ['/dev/mail', `/dev/mail/${(await mailer.list())[0]?.id}/html`]) {
      const other = testApp(database, environment as Record<string, string>, { mailer })
      assert.equal((await other.visitor().get(path)).status, 404, path)
    }
  for (const [host, status] of [
    ['localhost:8080', 200],
    ['[::1]:8080', 200],
    ['tablo.localhost:8080', 200],
    ['evil.example', 404],
    ['evillocalhost', 404],
    ['127.0.0.1.evil.example', 404],
    ['%', 404],
  ] as const)
    assert.equal((await web.visitor().get('/dev/mail', { Host: host })).status, status, host)
})

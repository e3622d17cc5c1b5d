import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { headersOf, mailServer, type Received } from '../../../test/smtp.ts'
import type { Mail, MailError } from './mailer.ts'
import { smtpMailer } from './smtp.ts'

const FROM = 'Xtablo <xtablo@example.org>'
const mail: Mail = {
  to: 'ada@example.org',
  subject: 'Set a new password',
  text: 'Hello Ada,\n\nfollow the link.\n',
  html: '<p>Hello Ada,</p>',
}
const never = new AbortController().signal
/** The certificate of the tests is signed by nobody. */
const TRUST = 'tls.rejectUnauthorized=false'

/** A mailer on a server, closed with the file. `patience` is long unless the test is about its end. */
function mailerOn(port: number, { scheme = 'smtp', user = '', query = TRUST, patience = 600_000 } = {}) {
  const mailer = smtpMailer({ url: `${scheme}://${user}127.0.0.1:${port}/?${query}`, from: FROM }, patience)
  after(() => mailer.close())
  return mailer
}

/** The port of a server that does with each connection what it is told. */
async function listening(talk: (socket: Socket) => void): Promise<number> {
  const server = createServer(socket => talk(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  after(() => server.close())
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

async function sent(given: Partial<Mail>): Promise<Received> {
  const server = await mailServer()
  await mailerOn(server.port).send({ ...mail, ...given }, never)
  assert.equal(server.received.length, 1)
  return server.received[0] as Received
}

/** The error of a mail that was not sent, which names neither the reader nor a secret. */
async function refusal(work: Promise<void>): Promise<MailError> {
  const error = await work.then(
    () => assert.fail('it was sent'),
    (reason: MailError) => reason,
  )
  assert.equal(error.name, 'MailError', String(error.stack))
  assert.doesNotMatch(error.message, /ada@|right|wrong|\n/)
  return error
}

test('a mail arrives as text and as HTML, from us, to one reader, and says that no answer is wanted', async () => {
  const got = await sent({})
  assert.deepEqual([got.from, got.to], ['xtablo@example.org', ['ada@example.org']])
  const headers = headersOf(got)
  assert.deepEqual(headers.get('from'), ['Xtablo <xtablo@example.org>'])
  assert.deepEqual(headers.get('subject'), [mail.subject])
  assert.deepEqual(headers.get('auto-submitted'), ['auto-generated'])
  assert.match(headers.get('content-type')?.[0] ?? '', /^multipart\/alternative/)
  assert.match(got.raw, /text\/plain[\s\S]*follow the link[\s\S]*text\/html[\s\S]*<p>Hello Ada,<\/p>/)
  assert.match(headers.get('message-id')?.[0] ?? '', /@example\.org>$/)
})

test('TLS is used when the server offers it, not asked for when it does not, and can be needed from the start', async () => {
  const offering = await mailServer()
  await mailerOn(offering.port).send(mail, never)
  const plain = await mailServer({ disabledCommands: ['STARTTLS'] })
  await mailerOn(plain.port).send(mail, never)
  const safe = await mailServer({ secure: true })
  await mailerOn(safe.port, { scheme: 'smtps' }).send(mail, never)
  assert.deepEqual(
    [offering, plain, safe].map(({ received }) => received.map(({ secure }) => secure)),
    [[true], [false], [true]],
  )
  const required = mailerOn(plain.port, { query: `${TRUST}&requireTLS=true` })
  assert.equal((await refusal(required.send(mail, never))).fault, 'unsafe')
  assert.equal(plain.received.length, 1)
})

test('a password goes to another machine over TLS alone, unless the address says that the way is safe', async () => {
  let asked = 0
  const onAuth = (_: unknown, __: unknown, done: (error: null, answer: { user: string }) => void) => {
    asked++
    done(null, { user: 'xtablo' })
  }
  const plain = await mailServer({ disabledCommands: ['STARTTLS'], onAuth, allowInsecureAuth: true })
  // The same machine by a name that does not say so.
  const url = `smtp://xtablo:right@0.0.0.0:${plain.port}`
  const wary = smtpMailer({ url, from: FROM })
  assert.equal((await refusal(wary.send(mail, never))).fault, 'unsafe')
  assert.equal(asked, 0)
  await smtpMailer({ url: `${url}?requireTLS=false`, from: FROM }).send(mail, never)
  assert.deepEqual([asked, plain.received.length], [1, 1])
})

test('a sender is one, whatever their name has in it', async () => {
  const server = await mailServer()
  const url = `smtp://127.0.0.1:${server.port}/?${TRUST}`
  for (const [from, shown] of [
    ['xtablo@example.org', 'xtablo@example.org'],
    ['Été <xtablo@example.org>', 'Été <xtablo@example.org>'],
    ['Xtablo, of us all <xtablo@example.org>', '"Xtablo, of us all" <xtablo@example.org>'],
    ['"Xtablo" <xtablo@example.org>', 'Xtablo <xtablo@example.org>'],
  ] as const) {
    await smtpMailer({ url, from }).send(mail, never)
    const got = server.received.at(-1) as Received
    assert.equal(got.from, 'xtablo@example.org')
    assert.deepEqual(headersOf(got).get('from'), [shown])
  }
})

test('a certificate that nobody signed is not trusted', async () => {
  const server = await mailServer()
  assert.equal((await refusal(mailerOn(server.port, { query: '' }).send(mail, never))).fault, 'unsafe')
  assert.equal(server.received.length, 0)
})

test('user and password of the address are used, and wrong ones told apart from a server that is away', async () => {
  const server = await mailServer({ authOptional: false })
  await mailerOn(server.port, { user: 'xt%40blo:right@' }).send(mail, never)
  assert.equal(server.received[0]?.user, 'xt@blo')
  for (const user of ['xtablo:wrong@', '']) {
    const { fault } = await refusal(mailerOn(server.port, { user }).send(mail, never))
    assert.equal(fault, user ? 'credentials' : 'refused')
  }
})

test('a server that refuses the reader, or what was sent, is told so by its codes alone', async () => {
  const refuse = (message: string) => Object.assign(new Error(message), { responseCode: 550 })
  const reader = await mailServer({ onRcptTo: ({ address }, _, done) => done(refuse(`No such ${address}`)) })
  const { fault, message } = await refusal(mailerOn(reader.port).send(mail, never))
  assert.deepEqual(
    [fault, message],
    ['refused', 'The mail server did not take the mail (EENVELOPE RCPT TO 550).'],
  )
  const content = await mailServer({
    onData(stream, _, done) {
      stream.resume().on('end', () => done(refuse('We do not like Ada <ada@example.org>')))
    },
  })
  assert.match((await refusal(mailerOn(content.port).send(mail, never))).message, /EMESSAGE.* 550/)
})

test('a server that is not there, hangs up in the middle, or says nothing, is away', async () => {
  const gone = await mailServer()
  await gone.close()
  assert.equal((await refusal(mailerOn(gone.port).send(mail, never))).fault, 'away')
  const dying = await listening(socket => {
    socket.write('220 welcome\r\n')
    socket.on('data', line => (/^DATA/.test(String(line)) ? socket.destroy() : socket.write('250 fine\r\n')))
  })
  assert.equal((await refusal(mailerOn(dying).send(mail, never))).fault, 'away')
  const silent = mailerOn(await listening(() => {}), { patience: 50 })
  assert.equal((await refusal(silent.send(mail, never))).fault, 'away')
})

test('an attempt that is taken away ends at once, and its connection with it', async () => {
  const { promise: connected, resolve: connect } = Promise.withResolvers<void>()
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  const silent = await listening(socket => {
    connect()
    socket.on('close', close).resume()
  })
  const ending = new AbortController()
  const sending = refusal(mailerOn(silent).send(mail, ending.signal))
  await connected
  ending.abort(new Error('The worker has to end.'))
  await sending
  await closed
  await refusal(mailerOn(1).send(mail, AbortSignal.abort()))
})

test('what was typed stays in its header: no line break makes another, and no address names a second reader', async () => {
  const hostile = 'Hello\r\nBcc: eve@example.org\r\n\r\nanother body'
  const got = await sent({ subject: hostile })
  assert.deepEqual(got.to, ['ada@example.org'])
  const headers = headersOf(got)
  assert.equal(headers.get('bcc'), undefined)
  assert.equal(headers.get('subject')?.length, 1)
  for (const to of [
    'ada@example.org,eve@example.org',
    'ada,eve@example.org',
    'Ada<eve@example.org>',
    '"ada"@example.org>,<eve@example.org',
    'ada@example.org\r\nRCPT TO:<eve@example.org>',
  ]) {
    const server = await mailServer()
    await mailerOn(server.port)
      .send({ ...mail, to }, never)
      .catch(() => {})
    const readers = server.received.flatMap(each => each.to)
    assert.ok(readers.length <= 1, `${to}: ${readers}`)
    for (const each of server.received) {
      assert.equal(headersOf(each).get('to')?.length, 1, to)
      assert.equal(headersOf(each).get('bcc'), undefined, to)
    }
  }
})

test('any language, and a subject of any length, arrives as it was', async () => {
  const subject = `Réinitialiser « ${'日本語のとても長い件名 🦊 '.repeat(20)} »`
  const got = await sent({ subject, text: 'Été 🦊', to: 'ada@exämple.org' })
  assert.equal(headersOf(got).get('subject')?.[0], subject)
  assert.match(got.to[0] ?? '', /^ada@(xn--exmple-cua|exämple)\.org$/)
  for (const line of got.raw.split('\r\n')) assert.ok(line.length <= 998, `${line.length}`)
})

test('a check connects and proves who we are, and sends nothing', async () => {
  const server = await mailServer({ authOptional: false })
  await mailerOn(server.port, { user: 'xtablo:right@' }).check()
  assert.equal((await refusal(mailerOn(server.port, { user: 'xtablo:wrong@' }).check())).fault, 'credentials')
  assert.equal(server.received.length, 0)
})

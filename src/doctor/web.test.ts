import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { xtablo } from '../../test/command.ts'
import { testDatabase } from '../../test/database.ts'
import { examined } from '../../test/doctor.ts'
import { root } from '../platform/root.ts'
import { certificateOf } from './web.ts'

const database = await testDatabase()
/** For localhost, of nobody's, and good until 2126. */
const CERTIFICATE = join(root, 'test/localhost.pem')
const pem = readFileSync(CERTIFICATE)

async function portOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  return String((server.address() as AddressInfo).port)
}
const answering =
  (status: number, said: string): RequestListener =>
  (_, answer) => {
    answer.writeHead(status).end(said)
  }

test('a web process that is not there is a warning, one that is not ready a fault', async () => {
  assert.match(
    (await examined(database, { PORT: '1' })).finding('web'),
    /^warning: Nothing answers.*:1\/readyz.* \| .*start it: xtablo web/,
  )
  const degraded = await portOf(createServer(answering(503, '{"status":"degraded","db":"down"}')))
  assert.match(
    (await examined(database, { PORT: degraded })).finding('web'),
    /^fault: http.* answers 503 \{"status":"degraded","db":"down"\} \| See what is said of the database/,
  )
  const other = await portOf(createServer(answering(404, 'Not ours')))
  assert.match(
    (await examined(database, { PORT: other })).finding('web'),
    /^fault: .* 404 Not ours \| Something else may listen/,
  )
})

test('an address that leads elsewhere or nowhere is a warning', async () => {
  const gone = await examined(database, { BASE_URL: 'http://nowhere.invalid' })
  assert.match(
    gone.finding('address'),
    /^warning: http:\/\/nowhere\.invalid\/healthz can't be reached.* \| .*look at DNS/,
  )
  const elsewhere = await portOf(createServer(answering(200, 'Welcome')))
  const wrong = await examined(database, { BASE_URL: `http://127.0.0.1:${elsewhere}` })
  assert.match(wrong.finding('address'), /^warning: .* answers 200, and not as Xtablo does/)
})

test('a certificate is told when it is not trusted, near its end, or over', async () => {
  const port = await portOf(createSecureServer({ key: pem, cert: pem }, answering(200, '{"status":"ok"}')))
  const BASE_URL = `https://localhost:${port}`
  const trusted = xtablo(database, ['doctor'], { BASE_URL, NODE_EXTRA_CA_CERTS: CERTIFICATE })
  assert.equal(await trusted.ended, 0)
  assert.match(
    trusted.said(),
    /^✔ address: https:\/\/localhost:\d+\/ leads here\n✔ address: the certificate of localhost is good for \d{5} days$/m,
  )
  const stranger = await examined(database, { BASE_URL })
  assert.match(
    stranger.finding('address', /trusted/),
    /^warning: The certificate of localhost is not trusted here/,
  )
  const at = async (moment: string) => (await certificateOf(new URL(BASE_URL), Date.parse(moment))).says
  assert.match(await at('2126-10-20T00:00:00Z'), /^The certificate of localhost ends in \d+ days, on 2126-/)
  assert.match(await at('2127-01-01T00:00:00Z'), /^The certificate of localhost expired on 2126-/)
})

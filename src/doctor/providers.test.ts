import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../test/database.ts'
import { examined } from '../../test/doctor.ts'
import { testProvider } from '../../test/provider.ts'

const database = await testDatabase()
const provider = await testProvider()
const google = { ...provider.environment, GOOGLE_CLIENT_SECRET: 'hidden' }
const acme = (issuer: string) => ({
  OIDC_ACME_ISSUER: issuer,
  OIDC_ACME_CLIENT_ID: 'hidden',
  OIDC_ACME_CLIENT_SECRET: 'hidden',
})

test('a provider that answers is well, and what it must know is said', async () => {
  const { finding } = await examined(database, { ...google, BASE_URL: 'http://127.0.0.1:8119' })
  assert.match(
    finding('sign-in'),
    /^fine: Google answers at .*it must know http:\/\/127\.0\.0\.1:8119\/auth\/google\/callback/,
  )
})

test('one that does not answer, or as somebody else, is a fault with its variable', async () => {
  const { finding } = await examined(database, { ...google, ...acme(`${provider.issuer}/other`) })
  assert.match(finding('sign-in', /Google/), /^fine/)
  assert.match(finding('sign-in', /ACME/), /^fault: .*OIDC_ACME_ISSUER is right.*nobody signs in with ACME/)
  provider.silent = 'gone'
  const silent = await examined(database, google)
  assert.match(silent.finding('sign-in'), /^fault: Google does not answer.*GOOGLE_ISSUER is right/)
  provider.silent = false
})

test('without one, people sign in by their passwords', async () => {
  const { finding } = await examined(database)
  assert.match(finding('sign-in'), /^fine: people sign in by their passwords/)
})

test('a half of one is told and left out, and so is a half of a mail server', async () => {
  const half = { OIDC_ACME_ISSUER: provider.issuer, GOOGLE_CLIENT_ID: 'hidden', SMTP_URL: 'smtp://hidden@x' }
  const { finding } = await examined(database, half)
  for (const name of ['OIDC_ACME_CLIENT_ID', 'OIDC_ACME_CLIENT_SECRET', 'GOOGLE_CLIENT_SECRET', 'MAIL_FROM'])
    assert.match(finding('configuration', new RegExp(name)), /^fault: /)
  assert.match(finding('sign-in'), /^fine/)
})

test('a variable of a provider that is no variable of one, and one that is still the example, are told', async () => {
  const { finding, names } = await examined(database, {
    OIDC_ACME_CLIENTID: 'x',
    ...acme(provider.issuer),
    OIDC_ACME_CLIENT_ID: 'replace-this',
  })
  assert.match(finding('configuration', /CLIENTID/), /^warning: There is no variable OIDC_ACME_CLIENTID/)
  assert.match(finding('configuration', /example/), /^fault: OIDC_ACME_CLIENT_ID is still the example/)
  assert.equal(names.filter(name => name === 'configuration').length, 2)
})

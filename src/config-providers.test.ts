import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf } from '../test/config.ts'
import { parseConfig } from './config.ts'

const GOOGLE = { GOOGLE_CLIENT_ID: 'hidden-id', GOOGLE_CLIENT_SECRET: 'hidden-secret' }
const acme = (name = 'ACME') => ({
  [`OIDC_${name}_ISSUER`]: 'https://login.acme.example.org/realms/staff',
  [`OIDC_${name}_CLIENT_ID`]: 'hidden-id',
  [`OIDC_${name}_CLIENT_SECRET`]: 'hidden-secret',
})
const named = (environment: Record<string, string>) => {
  const faults = faultsOf(environment)
  assert.doesNotMatch(faults.join(), /hidden/)
  return faults.map(fault => fault.split(':')[0])
}
const without = (environment: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(environment).filter(([key]) => key !== name))

test('no provider is set up by itself', () => {
  assert.deepEqual(parseConfig({}).providers, [])
  assert.deepEqual(parseConfig({ GOOGLE_APPLICATION_CREDENTIALS: '/x', OIDC_TOKEN: 'x' }).providers, [])
})

test('Google sends people back to BASE_URL, unless it is said otherwise', () => {
  const [google, ...others] = parseConfig({ ...GOOGLE, BASE_URL: 'https://tablo.example.org' }).providers
  assert.deepEqual(google, {
    name: 'google',
    label: 'Google',
    issuer: 'https://accounts.google.com',
    clientId: 'hidden-id',
    clientSecret: 'hidden-secret',
    redirectUrl: 'https://tablo.example.org/auth/google/callback',
  })
  assert.deepEqual(others, [])
  const elsewhere = 'https://other.example.org/auth/google/callback'
  assert.equal(
    parseConfig({ ...GOOGLE, GOOGLE_REDIRECT_URL: elsewhere }).providers[0]?.redirectUrl,
    elsewhere,
  )
  assert.equal(parseConfig(GOOGLE).providers[0]?.redirectUrl, 'http://127.0.0.1:8080/auth/google/callback')
})

test('there can be any number of others, each by its name, after Google', () => {
  const { providers } = parseConfig({
    ...acme('MY_2ND'),
    ...acme('ACME'),
    OIDC_ACME_LABEL: 'Acme & Söhne',
    ...GOOGLE,
    ...acme('CLIENT_ID'),
  })
  assert.deepEqual(
    providers.map(({ name, label, redirectUrl }) => [name, label, new URL(redirectUrl).pathname]),
    [
      ['google', 'Google', '/auth/google/callback'],
      ['acme', 'Acme & Söhne', '/auth/acme/callback'],
      ['client_id', 'CLIENT_ID', '/auth/client_id/callback'],
      ['my_2nd', 'MY_2ND', '/auth/my_2nd/callback'],
    ],
  )
})

test('a half of one names what is missing', () => {
  for (const name of Object.keys(GOOGLE)) assert.deepEqual(named(without(GOOGLE, name)), [name])
  const address = { GOOGLE_REDIRECT_URL: 'https://tablo.example.org/auth/google/callback' }
  assert.deepEqual(named(address), ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'])
  for (const name of Object.keys(acme())) assert.deepEqual(named(without(acme(), name)), [name])
  assert.deepEqual(named({ OIDC_ACME_LABEL: 'Acme' }), Object.keys(acme()))
  assert.deepEqual(named({ ...acme(), OIDC_ACME_CLIENT_ID: '' }), ['OIDC_ACME_CLIENT_ID'])
  assert.match(faultsOf({ OIDC_ACME_LABEL: 'Acme' })[0] ?? '', /needed with OIDC_ACME_LABEL, expected/)
})

test('what is malformed is named, and no secret is shown', () => {
  for (const [name, values] of Object.entries({
    OIDC_ACME_ISSUER: ['login.example.org', 'https://x?y', 'https://user:hidden@x', 'ldap://x'],
    OIDC_ACME_CLIENT_ID: ['hidden id', ' '],
    OIDC_ACME_CLIENT_SECRET: ['hidden secret', ' '],
    OIDC_ACME_LABEL: ['x'.repeat(41), 'a\nb', 'a\u202eb'],
  }))
    for (const value of values) assert.deepEqual(named({ ...acme(), [name]: value }), [name], value)
})

test('Google is set up by its own variables alone', () => {
  assert.deepEqual(named(acme('GOOGLE')), ['OIDC_GOOGLE_ISSUER'])
})

test('an issuer without TLS is for this machine alone, and for development', () => {
  const production = { ENV: 'production', SESSION_SECRET: 'x'.repeat(32) }
  for (const issuer of ['http://127.0.0.1:9000', 'http://localhost:9000/x', 'http://[::1]:9000']) {
    assert.deepEqual(named({ ...GOOGLE, GOOGLE_ISSUER: issuer }), [], issuer)
    assert.deepEqual(named({ ...acme(), OIDC_ACME_ISSUER: issuer }), [], issuer)
    assert.deepEqual(named({ ...production, ...GOOGLE, GOOGLE_ISSUER: issuer }), ['GOOGLE_ISSUER'])
    assert.deepEqual(named({ ...production, ...acme(), OIDC_ACME_ISSUER: issuer }), ['OIDC_ACME_ISSUER'])
  }
  for (const issuer of ['http://login.example.org', 'http://127.0.0.1.example.org', 'http://10.0.0.1']) {
    assert.deepEqual(named({ ...GOOGLE, GOOGLE_ISSUER: issuer }), ['GOOGLE_ISSUER'])
    assert.deepEqual(named({ ...acme(), OIDC_ACME_ISSUER: issuer }), ['OIDC_ACME_ISSUER'])
  }
})

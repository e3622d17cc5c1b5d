import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PARTY } from '../../test/second-factor.ts'
import { relyingParty } from './webauthn.ts'

test('passkeys are for the name of the base URL; loopback has one, other numbers have none', () => {
  const of = (url: string) => relyingParty(new URL(url))
  assert.deepEqual(of('https://tablo.example.org'), {
    id: 'tablo.example.org',
    origin: 'https://tablo.example.org',
  })
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) assert.deepEqual(of(`http://${host}:8080`), PARTY)
  assert.equal(of('https://192.0.2.1'), undefined)
  assert.equal(of('https://[2001:db8::1]'), undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { parseConfig } from '../../config.ts'
import { clientAddress, networkOf } from './address.ts'

/** The address of a request that comes through a socket from `socket`, with this X-Forwarded-For. */
async function addressOf(socket: string, trusted: string, forwarded?: string): Promise<string> {
  const { trustedProxies } = parseConfig({ TRUST_PROXY: trusted })
  const app = new Hono().get('/', c => c.text(clientAddress(c, trustedProxies)))
  const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded }
  const incoming = { socket: { remoteAddress: socket, remoteFamily: socket.includes(':') ? 'IPv6' : 'IPv4' } }
  return (await app.request('/', { headers }, { incoming })).text()
}

test('without a trusted proxy the address is the socket’s, whatever is forwarded', async () => {
  assert.equal(await addressOf('203.0.113.9', ''), '203.0.113.9')
  assert.equal(await addressOf('203.0.113.9', '', '198.51.100.1'), '203.0.113.9')
  assert.equal(await addressOf('203.0.113.9', '10.0.0.0/8', '198.51.100.1'), '203.0.113.9')
})

test('behind a trusted proxy it is the one that the proxy saw', async () => {
  assert.equal(await addressOf('10.0.0.1', '10.0.0.1', '198.51.100.1'), '198.51.100.1')
  assert.equal(await addressOf('10.0.0.1', '10.0.0.0/8', 'forged, 198.51.100.1'), '198.51.100.1')
  assert.equal(await addressOf('10.0.0.1', '10.0.0.0/8', '1.1.1.1, 198.51.100.1'), '198.51.100.1')
})

test('through several trusted proxies it is what the outermost of them saw', async () => {
  const hops = '192.0.2.66, 198.51.100.1, 10.9.9.9'
  assert.equal(await addressOf('10.0.0.1', '10.0.0.0/8', hops), '198.51.100.1')
  assert.equal(await addressOf('10.0.0.1', '10.0.0.0/8,198.51.100.1', hops), '192.0.2.66')
})

test('what is forwarded and is no address is not believed', async () => {
  for (const forwarded of ['', 'unknown', '<script>', '198.51.100.1:1234', ',', '999.1.1.1'])
    assert.equal(await addressOf('10.0.0.1', '10.0.0.0/8', forwarded), '10.0.0.1', forwarded)
})

test('an IPv4 address is the same when it comes through an IPv6 socket', async () => {
  assert.equal(await addressOf('::ffff:203.0.113.9', ''), '203.0.113.9')
  assert.equal(await addressOf('::ffff:10.0.0.1', '10.0.0.0/8', '::ffff:198.51.100.1'), '198.51.100.1')
})

test('proxies are trusted by IPv6 too', async () => {
  assert.equal(await addressOf('fd00::5', 'fd00::/8', '2001:db8::1'), '2001:db8::1')
  assert.equal(await addressOf('fe80::5%eth0', 'fe80::/10', '2001:db8::1'), '2001:db8::1')
})

test('an IPv4 address is a place, and so are 64 bits of IPv6 however they are written', () => {
  assert.equal(networkOf('203.0.113.9'), '203.0.113.9')
  const same = [
    '2001:db8:0:1::1',
    '2001:0DB8:0000:0001:ffff:ffff:ffff:ffff',
    '2001:db8:0:1:2:3:4:5',
    '2001:db8:0:1::',
  ]
  for (const address of same) assert.equal(networkOf(address), '2001:db8:0:1::/64', address)
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0::/64')
  assert.notEqual(networkOf('2001:db8:0:2::1'), networkOf('2001:db8:0:1::1'))
})

import type { BlockList } from 'node:net'
import { isIP } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

/**
 * The address that a request comes from: the socket's, or, while that is a trusted proxy, the one that it forwards in
 * `X-Forwarded-For`, read from the right. What an untrusted hop wrote is never believed.
 */
export function clientAddress(c: Context, trusted: BlockList): string {
  let address = plain(socketAddress(c))
  const hops = (c.req.header('X-Forwarded-For') ?? '').split(',').map(hop => plain(hop.trim()))
  while (isTrusted(address, trusted)) {
    const hop = hops.pop()
    if (hop === undefined || isIP(hop) === 0) break
    address = hop
  }
  return address
}

/** What counts as one place for a limit: an IPv4 address, or an IPv6 network of 64 bits. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const groups =
    tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

function socketAddress(c: Context): string {
  // A request that a test hands to the app has no socket.
  return c.env?.incoming ? (getConnInfo(c).remote.address ?? '') : '127.0.0.1'
}

const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')

function isTrusted(address: string, trusted: BlockList): boolean {
  const version = isIP(address)
  return version !== 0 && trusted.check(address, version === 6 ? 'ipv6' : 'ipv4')
}

// Passwords are kept as argon2id PHC strings. Hashing runs on libuv's threads, so it never blocks the event loop, and
// two at a time at most, since each takes 64 MiB; more wait their turn. A hash made under other parameters still
// verifies, and is raised on the next sign-in.
// Parameters: RFC 9106, section 4, the second recommended option, with one pass as OWASP allows at 64 MiB.

import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const MEMORY_KIB = 65_536
const PASSES = 1
const LANES = 4
const SALT_BYTES = 16
const HASH_BYTES = 32
const AT_ONCE = 2
const PREFIX = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$`
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

const derive = promisify(argon2)

/** The PHC string to store for a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await atMostTwo(() => argon2id(password, salt, MEMORY_KIB, PASSES, LANES, HASH_BYTES))
  return `${PREFIX}${base64(salt)}$${base64(hash)}`
}

/** Whether the password is the stored one. Without a stored one it takes the same time to say no. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const match = PHC.exec(
    stored ?? `${PREFIX}${base64(Buffer.alloc(SALT_BYTES))}$${base64(Buffer.alloc(HASH_BYTES))}`,
  )
  if (!match) return false
  const [, memory, passes, lanes, salt = '', hash = ''] = match
  const expected = Buffer.from(hash, 'base64')
  const actual = await atMostTwo(() =>
    argon2id(
      password,
      Buffer.from(salt, 'base64'),
      Number(memory),
      Number(passes),
      Number(lanes),
      expected.length,
    ),
  )
  return timingSafeEqual(actual, expected) && stored !== null
}

/** Whether a stored hash was made under other parameters than today's. */
export const isOutdated = (stored: string): boolean => !stored.startsWith(PREFIX)

function argon2id(
  password: string,
  nonce: Buffer,
  memory: number,
  passes: number,
  parallelism: number,
  tagLength: number,
) {
  // One way to write a character, so that a password typed on another keyboard is the same one.
  const message = password.normalize('NFKC')
  return derive('argon2id', { message, nonce, memory, passes, parallelism, tagLength })
}

const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

let running = 0
const waiting: (() => void)[] = []

async function atMostTwo<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>(resolve => waiting.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

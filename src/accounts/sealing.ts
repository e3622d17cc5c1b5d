// Encrypts what lies in the database but must not be readable in a copy of it: AES-256-GCM under a key that follows from
// the installation's secret by HKDF-SHA-256. What is sealed is bound to its name, so that it can't be put in another's
// place. Laid out as nonce, ciphertext, tag.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
/** Bytes */
const KEY = 32
const NONCE = 12
const TAG = 16

/** Encrypts `content` for `use`, the one kind of thing that shares a key, and for this one `name`. */
export function seal(secret: string, use: string, name: string, content: Buffer): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(CIPHER, keyFor(secret, use), nonce, { authTagLength: TAG })
  cipher.setAAD(Buffer.from(name))
  const sealed = [cipher.update(content), cipher.final()]
  return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()])
}

/** Gives what was sealed for the same use and name; undefined under another secret, or when a bit was changed. */
export function unseal(secret: string, use: string, name: string, sealed: Buffer): Buffer | undefined {
  if (sealed.length < NONCE + TAG) return undefined
  const nonce = sealed.subarray(0, NONCE)
  const decipher = createDecipheriv(CIPHER, keyFor(secret, use), nonce, { authTagLength: TAG })
  decipher.setAAD(Buffer.from(name))
  decipher.setAuthTag(sealed.subarray(-TAG))
  const content = decipher.update(sealed.subarray(NONCE, -TAG))
  try {
    return Buffer.concat([content, decipher.final()])
  } catch {
    return undefined
  }
}

const keyFor = (secret: string, use: string) => Buffer.from(hkdfSync('sha256', secret, '', use, KEY))

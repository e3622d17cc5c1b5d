// An authenticator with one passkey, as far as a server sees one: it answers what a browser would be asked, signed with
// ES256 (WebAuthn level 3, without attestation). What it says can be bent, to see that it is refused.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { newPasskeyRequest, passkeyRequest } from '../src/accounts/webauthn.ts'

type NewRequest = Pick<Awaited<ReturnType<typeof newPasskeyRequest>>, 'challenge' | 'user'>
type Request = Pick<Awaited<ReturnType<typeof passkeyRequest>>, 'challenge'>

export class TestPasskey {
  readonly id = randomBytes(16)
  /** How often it has signed; one that is left at undefined counts nothing. */
  counter: number | undefined = 0
  origin = 'http://localhost:8080'
  party = 'localhost'
  /** Whether it knows its user by a finger, a face or a PIN */
  verified = true
  /** By which it knows the person, once it has been made */
  handle = ''
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  /** What the browser answers who is asked for a new passkey. */
  create({ challenge, user }: NewRequest) {
    this.handle = user.id
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    const [left, right] = [x, y].map(part => Buffer.from(part, 'base64url'))
    // A map in CBOR (RFC 8949): an elliptic curve key for ES256 on P-256 (RFC 9053).
    const key = Buffer.concat([hex('a50102032620012158 20'), left, hex('225820'), right] as Buffer[])
    const made = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, key])
    const data = Buffer.concat([this.#data(0x40), made])
    const attestation = Buffer.concat([
      hex('a3 63'),
      Buffer.from('fmt'),
      hex('64'),
      Buffer.from('none'),
      hex('67'),
      Buffer.from('attStmt'),
      hex('a0 68'),
      Buffer.from('authData'),
      hex('58'),
      Buffer.from([data.length]),
      data,
    ])
    return this.#answer({
      clientDataJSON: base64url(this.#client('webauthn.create', challenge)),
      attestationObject: base64url(attestation),
      transports: ['internal'],
    })
  }

  /** What the browser answers who is asked for a passkey. */
  get({ challenge }: Request) {
    if (this.counter !== undefined) this.counter++
    const [data, client] = [this.#data(0), this.#client('webauthn.get', challenge)]
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), this.#keys.privateKey)
    return this.#answer({
      clientDataJSON: base64url(client),
      authenticatorData: base64url(data),
      signature: base64url(signature),
      userHandle: this.handle,
    })
  }

  #answer<R>(response: R) {
    const id = base64url(this.id)
    return { id, rawId: id, type: 'public-key' as const, response }
  }

  #data(flags: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.counter ?? 0)
    return Buffer.concat([
      sha256(Buffer.from(this.party)),
      Buffer.from([flags | 0x01 | (this.verified ? 0x04 : 0)]),
      counter,
    ])
  }

  #client(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false }))
  }
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const base64url = (bytes: Buffer) => bytes.toString('base64url')
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest()

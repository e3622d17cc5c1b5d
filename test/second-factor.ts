// People with a second factor, and the app on their phone.

import { setTimeout } from 'node:timers/promises'
import { HOTP, Secret } from 'otpauth'
import type { Person } from '../src/accounts/actor.ts'
import {
  beginAuthenticator,
  confirmAuthenticator,
  offeredAuthenticator,
} from '../src/accounts/authenticators.ts'
import { addPasskey, askForNewPasskey } from '../src/accounts/passkeys.ts'
import type { RelyingParty } from '../src/accounts/webauthn.ts'
import type { Deps } from '../src/platform/deps.ts'
import { ADDRESS } from './cast.ts'
import { TestPasskey } from './passkey.ts'

/** As it is where nothing says another address. */
export const PARTY: RelyingParty = { id: 'localhost', origin: 'http://localhost:8080' }

type Needed = Pick<Deps, 'db' | 'secret'>

/** An authenticator app that knows this key. */
export class TestAuthenticator {
  readonly #key: Secret

  /** @param key in base 32, as a person types it */
  constructor(key: string) {
    this.#key = Secret.fromBase32(key.replaceAll(' ', ''))
  }

  /** Waits for the next step when this one ends within three seconds, for codes that are typed in a browser. */
  async steady(): Promise<void> {
    const left = 30_000 - (Date.now() % 30_000)
    if (left < 3_000) await setTimeout(left)
  }

  /** The code that it shows now, or so many steps of thirty seconds from now. */
  code(steps = 0): string {
    return HOTP.generate({ secret: this.#key, counter: Math.floor(Date.now() / 30_000) + steps })
  }
}

/** Sets an authenticator app up for a person. */
export async function authenticatorOf({ db, secret }: Needed, person: Person) {
  await beginAuthenticator(db, secret, person)
  const app = new TestAuthenticator((await offeredAuthenticator(db, secret, person, 'Xtablo')).secret)
  // By the step before, so that the code of now is a new one; and once more when that step has just passed.
  const confirm = () => confirmAuthenticator(db, secret, person, app.code(-1), ADDRESS)
  const codes = (await confirm().catch(confirm)) ?? []
  return { app, codes }
}

/** Sets a passkey up for a person. */
export async function passkeyOf({ db }: Pick<Deps, 'db'>, person: Person, name = 'Phone') {
  const passkey = new TestPasskey()
  const { token, request } = await askForNewPasskey(db, PARTY, person)
  const answer = passkey.create(request)
  const codes = (await addPasskey(db, PARTY, person, token, { name, answer }, ADDRESS)) ?? []
  return { passkey, codes }
}

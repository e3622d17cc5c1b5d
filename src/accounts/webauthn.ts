// What browsers and authenticators say of passkeys, made and checked by a library (WebAuthn level 3). A passkey is always
// discoverable and always verifies its user, by a finger, a face or a PIN: it is what one has and what one is or knows,
// and so both factors at once.

import { isIP } from 'node:net'
import type { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { z } from 'zod'
import { errorText } from '../errors.ts'
import type { Person } from './actor.ts'
import { CHALLENGE_LIFE } from './challenges.ts'

/** Loaded by the first who uses a passkey: it takes eight megabytes, and most never do. */
const library = () => import('@simplewebauthn/server')

/** This Xtablo, as passkeys know it. */
export interface RelyingParty {
  readonly id: string
  readonly origin: string
}

/** A passkey that is known already, as browsers name it. */
export interface KnownCredential {
  readonly id: string
  readonly transports: string[]
}

export interface StoredPasskey {
  readonly credential_id: Buffer
  readonly public_key: Buffer
  readonly transports: string[]
}

export type PasskeyRequest = Awaited<ReturnType<typeof passkeyRequest>>
export type PasskeyAnswer = z.output<typeof passkeyAnswer>['response']
export type NewPasskeyAnswer = z.output<typeof newPasskeyAnswer>['response']

/**
 * Who asks for passkeys, by the base URL. They are bound to a name: at the loopback address, which has none, they are for
 * `localhost`; at any other address there are none.
 */
export function relyingParty(baseUrl: URL): RelyingParty | undefined {
  const loopback = baseUrl.hostname.startsWith('127.') || baseUrl.hostname === '[::1]'
  if (!loopback && isIP(baseUrl.hostname.replace(/^\[|\]$/g, '')) !== 0) return undefined
  const named = new URL(baseUrl)
  if (loopback) named.hostname = 'localhost'
  return { id: named.hostname, origin: named.origin }
}

const base64url = z
  .string()
  .max(20_000)
  .regex(/^[\w-]*$/)
const transports = z.array(z.string().max(50)).max(10)
const credential = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
}

/** Reads what the script put into a field of the form. */
const answered = <T extends z.ZodRawShape>(shape: T) =>
  z.object({
    response: z
      .string(errorText('passkey_missing'))
      .max(50_000, errorText('passkey_wrong'))
      .transform((text, context) => {
        try {
          return JSON.parse(text) as unknown
        } catch {
          context.addIssue(errorText('passkey_missing'))
          return z.NEVER
        }
      })
      .pipe(z.object({ ...credential, response: z.object(shape) }, errorText('passkey_wrong'))),
  })

export const newPasskeyAnswer = answered({
  clientDataJSON: base64url,
  attestationObject: base64url,
  transports: transports.catch([]),
})

export const passkeyAnswer = answered({
  clientDataJSON: base64url,
  authenticatorData: base64url,
  signature: base64url,
  userHandle: base64url.nullish(),
})

/** What the browser is asked for a new passkey of this person. */
export async function newPasskeyRequest(party: RelyingParty, person: Person, known: KnownCredential[]) {
  return (await library()).generateRegistrationOptions({
    rpName: 'Xtablo',
    rpID: party.id,
    userID: handleOf(person.id),
    userName: person.email,
    userDisplayName: person.name,
    timeout: CHALLENGE_LIFE * 60_000,
    excludeCredentials: known,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** What the browser is asked for a passkey: one of these, or, without them, any that it has for us. */
export async function passkeyRequest(party: RelyingParty, known: KnownCredential[] = []) {
  return (await library()).generateAuthenticationOptions({
    rpID: party.id,
    timeout: CHALLENGE_LIFE * 60_000,
    userVerification: 'required',
    allowCredentials: known,
  })
}

/** The new passkey, when the answer is right; else nothing. */
export async function checkNewPasskey(party: RelyingParty, challenge: string, answer: NewPasskeyAnswer) {
  const { verifyRegistrationResponse } = await library()
  const checked = await verifyRegistrationResponse({
    response: { ...answer, clientExtensionResults: {} } as Registration,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
  }).catch(() => undefined)
  if (!checked?.verified) return undefined
  const { id, publicKey, counter } = checked.registrationInfo.credential
  return {
    credential_id: Buffer.from(id, 'base64url'),
    public_key: Buffer.from(publicKey),
    counter,
    transports: answer.response.transports,
  }
}

/** How often the passkey says that it has signed, when the answer is right and it is this person's; else nothing. */
export async function checkPasskey(
  party: RelyingParty,
  challenge: string,
  answer: PasskeyAnswer,
  { credential_id, public_key, userId }: StoredPasskey & { userId: string },
): Promise<number | undefined> {
  const handle = answer.response.userHandle
  if (handle && !Buffer.from(handle, 'base64url').equals(handleOf(userId))) return undefined
  const { verifyAuthenticationResponse } = await library()
  const checked = await verifyAuthenticationResponse({
    response: { ...answer, clientExtensionResults: {} } as Authentication,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    // What the counter means is for whoever keeps it to say.
    credential: {
      id: credential_id.toString('base64url'),
      publicKey: Uint8Array.from(public_key),
      counter: 0,
    },
  }).catch(() => undefined)
  return checked?.verified ? checked.authenticationInfo.newCounter : undefined
}

type Registration = Parameters<typeof verifyRegistrationResponse>[0]['response']
type Authentication = Parameters<typeof verifyAuthenticationResponse>[0]['response']

/** By which an authenticator knows a person: it says nothing of them. */
const handleOf = (userId: string) => Buffer.from(userId.replaceAll('-', ''), 'hex')

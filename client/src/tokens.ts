// What requests are signed with: a personal token, which stays as it is, or the tokens of a sign-in. Of these the access
// token lives for minutes, and the refresh token works once and gives the next of both. One that is used twice ends the
// sign-in, for it would be in two hands. So however many requests find that the access token is over, one refresh is
// made and all wait for it; and it is never sent a second time by itself, since the first may have arrived.

import { XtabloError } from './errors.ts'
import { whileWanted } from './waiting.ts'

/** What a sign-in gave. Keep all of it: the refresh token is another one after every refresh. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** When the access token ends, in milliseconds as `Date.now()` has them; without it, a refusal tells */
  readonly expiresAt?: number | undefined
}

/** Told of new tokens, for keeping; of undefined when the sign-in has ended. Requests wait until it has kept them. */
export type OnTokens = (tokens: Tokens | undefined) => void | Promise<void>

export interface Bearer {
  /** A token that is good as far as one can tell. Throws unauthenticated when the sign-in has ended. */
  current(signal: AbortSignal | undefined): Promise<string>
  /** The one to use after `refused`; undefined when there is no other. */
  after(refused: string, signal: AbortSignal | undefined): Promise<string | undefined>
  end(): Promise<void>
}

interface Sources {
  /** Uses a refresh token up. Throws unauthenticated when it is not good any more. */
  readonly refresh: (refreshToken: string) => Promise<Tokens>
  readonly revoke: (refreshToken: string) => Promise<void>
  readonly onTokens: OnTokens | undefined
}

/** Milliseconds before its end at which an access token is exchanged. */
const EARLY = 30_000

/** A token that is what it is. */
export const personal = (token: string): Bearer => ({
  current: async () => token,
  after: async () => undefined,
  end: async () => {},
})

/** The tokens of a sign-in, exchanged when it is time. */
export function signedIn(first: Tokens, { refresh, revoke, onTokens }: Sources): Bearer {
  let tokens: Tokens | undefined = first
  let exchange: Promise<Tokens> | undefined

  const held = (): Tokens => {
    if (tokens) return tokens
    throw ended()
  }
  const exchanged = (signal: AbortSignal | undefined): Promise<Tokens> => {
    signal?.throwIfAborted()
    exchange ??= exchangeOf(held().refreshToken).finally(() => {
      exchange = undefined
    })
    return whileWanted(exchange, signal)
  }
  const exchangeOf = async (refreshToken: string): Promise<Tokens> => {
    const next = await refresh(refreshToken).catch(async error => {
      if (!(error instanceof XtabloError && error.status === 401)) throw error
      tokens = undefined
      await onTokens?.(undefined)
      throw ended(error)
    })
    tokens = next
    await onTokens?.(next)
    return next
  }

  return {
    async current(signal) {
      const isOver = Date.now() > (held().expiresAt ?? Number.POSITIVE_INFINITY) - EARLY
      return (exchange || isOver ? await exchanged(signal) : held()).accessToken
    },
    async after(refused, signal) {
      // Somebody else may have exchanged it meanwhile.
      const { accessToken } = held()
      return accessToken === refused ? (await exchanged(signal)).accessToken : accessToken
    },
    async end() {
      await exchange?.catch(() => {})
      if (!tokens) return
      await revoke(tokens.refreshToken)
      tokens = undefined
      await onTokens?.(undefined)
    },
  }
}

const ended = (cause?: XtabloError): XtabloError =>
  new XtabloError(
    'unauthenticated',
    {
      type: 'urn:xtablo:problem:unauthenticated',
      title: 'Signed out',
      status: 401,
      detail: 'The sign-in has ended: sign in again',
      ...(cause?.requestId !== undefined && { request_id: cause.requestId }),
    },
    { cause },
  )

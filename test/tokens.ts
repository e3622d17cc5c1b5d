// The tokens of programs, made without signing in, which is slow and limited on purpose.

import { accessTokens } from '../src/accounts/access-tokens.ts'
import type { Person } from '../src/accounts/actor.ts'
import { createPersonalToken } from '../src/accounts/personal-tokens.ts'
import type { TokenScope } from '../src/accounts/schema.ts'
import { hashToken, newToken } from '../src/accounts/tokens.ts'
import type { Deps } from '../src/platform/deps.ts'
import { newId } from '../src/platform/ids.ts'
import { ADDRESS, FIREFOX } from './cast.ts'

type Needed = Pick<Deps, 'config' | 'db' | 'pool' | 'secret' | 'log'>

/** What a program of a person's signs in with: its access token, made `minutesAgo`, and the refresh token beside it. */
export async function familyOf(deps: Needed, { id, role }: Person, minutesAgo = 0) {
  const family = newId()
  const refreshToken = newToken()
  await deps.pool.query(
    `insert into token_families (id, user_id, address, user_agent, expires_at)
     values ($1, $2, $3, $4, now() + interval '30 days')`,
    [family, id, ADDRESS, FIREFOX],
  )
  await deps.pool.query(
    `insert into refresh_tokens (token_hash, family_id, expires_at) values ($1, $2, now() + interval '30 days')`,
    [hashToken(refreshToken), family],
  )
  const sign = await accessTokens(deps, () => Date.now() - minutesAgo * 60_000).signer()
  return { family, refreshToken, accessToken: await sign({ actor: { id, role }, family }) }
}

/** A personal token of a person's. */
export const personalTokenOf = ({ db }: Needed, person: Person, scope: TokenScope = 'write') =>
  createPersonalToken(db, person, { name: 'A script', scope, days: 30 }, ADDRESS)

/** Lets a personal token expire. */
export const expire = ({ pool }: Needed, token: string) =>
  pool.query(`update personal_tokens set expires_at = now() - interval '1 second' where token_hash = $1`, [
    hashToken(token),
  ])

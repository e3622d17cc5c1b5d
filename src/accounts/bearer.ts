// Whose program a request comes from: the token in its `Authorization`. Cookies say nothing here, so no other site can
// make a browser act.

import type { Context, MiddlewareHandler } from 'hono'
import { AppError, notFound } from '../errors.ts'
import type { IdempotentEnv } from '../platform/api/idempotency.ts'
import type { Caller } from './callers.ts'

export interface ApiEnv {
  Variables: IdempotentEnv['Variables'] & { caller: Caller }
}

/** What a caller must be to be let to an operation; what they may do in a Tablo is for its commands to say. */
export interface Need {
  readonly scope: 'read' | 'write'
  readonly role?: 'admin'
}

/** Lets only callers through who are what the operation needs. For anybody but admins, theirs does not exist. */
export function needs({ scope, role }: Need, find: (token: string) => Promise<Caller | undefined>) {
  const guard: MiddlewareHandler<ApiEnv> = async (c, next) => {
    const token = tokenOf(c)
    if (token === undefined) throw new AppError('unauthenticated', 'token_missing')
    const caller = await find(token)
    if (!caller) {
      c.header('WWW-Authenticate', 'Bearer realm="xtablo", error="invalid_token"')
      throw new AppError('unauthenticated', 'token_invalid')
    }
    c.set('caller', caller)
    c.set('userId', caller.actor.id)
    if (caller.unprotected) throw new AppError('forbidden', 'second_factor_required')
    if (role === 'admin' && caller.actor.role !== 'admin') throw notFound()
    if (scope === 'write' && caller.scope !== 'write') {
      c.header('WWW-Authenticate', 'Bearer realm="xtablo", error="insufficient_scope", scope="write"')
      throw new AppError('forbidden', 'token_reads')
    }
    await next()
  }
  return guard
}

/** The person that a request is made for. */
export const actorOf = (c: Context<ApiEnv>) => c.get('caller').actor

const tokenOf = (c: Context): string | undefined =>
  /^Bearer +([\w.~+/-]+=*) *$/i.exec(c.req.header('Authorization') ?? '')?.[1]

import type { MiddlewareHandler } from 'hono'
import type { SignedInEnv } from '../accounts/signed-in.ts'
import { notFound } from '../errors.ts'

/** Lets only an admin through: for anybody else what stands behind it does not exist. */
export const adminsOnly: MiddlewareHandler<SignedInEnv> = async (c, next) => {
  if (c.get('person').role !== 'admin') throw notFound()
  await next()
}

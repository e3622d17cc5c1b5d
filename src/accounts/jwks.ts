import { Hono } from 'hono'
import type { Callers } from './callers.ts'

/** The keys of access tokens, for whoever wants to check one: RFC 7517. */
export function jwksRoutes({ jwks }: Pick<Callers, 'jwks'>): Hono {
  const app = new Hono()
  app.get('/.well-known/jwks.json', async c => {
    const keys = await jwks()
    // The same for everybody, and short enough that a new key is known before one asks why its tokens are not.
    c.header('Cache-Control', 'public, max-age=300')
    c.header('Vary', 'Accept-Encoding')
    return c.json(keys)
  })
  return app
}

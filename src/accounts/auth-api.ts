// How a program signs in, stays so and signs out, in the field names of OAuth (RFC 6749, 7009).

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { apiPart, body, json, problems } from '../platform/api/operations.ts'
import { send } from '../platform/api/send.ts'
import type { Deps } from '../platform/deps.ts'
import type { Tokens } from './access.ts'
import type { ApiEnv } from './bearer.ts'
import type { Callers } from './callers.ts'
import { refreshTokenBody, tokenBody } from './schema.ts'
import { originOf } from './signed-in.ts'

const tokensShape = z
  .strictObject({
    access_token: z.string().meta({ description: 'Sent as `Authorization: Bearer …`.' }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'Seconds for which the access token is good.' }),
    refresh_token: z.string().meta({ description: 'Works once, within 30 days.' }),
  })
  .meta({
    id: 'TokenPair',
    description: 'What a program signs its requests with.',
    example: {
      access_token: 'eyJhbGciOiJFZERTQSIsImtpZCI6Ij…',
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: 'q3kP0m1Zc7mE2f4n8sVtY6uWxR9aLbDhJgKoIiTzNQw',
    },
  })

const tags = ['Sign-in']

/** Sign in, refresh and sign out. These three need no token. */
export function authApi({ config, callers }: Pick<Deps, 'config'> & { callers: Callers }) {
  const api = apiPart<ApiEnv>()

  api.openapi(
    createRoute({
      method: 'post',
      path: '/auth/token',
      operationId: 'signIn',
      summary: 'Sign in with e-mail and password',
      description:
        'An account with a second factor needs `code` too: when it is missing or wrong, the answer is 401 with an error for the field `code`.',
      tags,
      request: { body: body(tokenBody) },
      responses: { 200: json(tokensShape, 'The tokens'), ...problems(401, 403, 429) },
    }),
    async c => {
      const given = c.req.valid('json')
      const { address, userAgent, language } = originOf(c, config)
      const tokens = await callers.issue(given, { address, userAgent, language })
      c.header('Cache-Control', 'no-store')
      return send(c, shapeOf(tokens), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/auth/refresh',
      operationId: 'refreshTokens',
      summary: 'Use a refresh token up for new tokens',
      description: 'A refresh token that comes a second time ends everything that followed from its sign-in.',
      tags,
      request: { body: body(refreshTokenBody) },
      responses: { 200: json(tokensShape, 'The tokens'), ...problems(401) },
    }),
    async c => {
      const tokens = await callers.refresh(c.req.valid('json').refresh_token)
      c.header('Cache-Control', 'no-store')
      return send(c, shapeOf(tokens), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/auth/revoke',
      operationId: 'revokeTokens',
      summary: 'Sign out',
      description:
        'Ends everything that followed from the sign-in of a refresh token. An unknown one is fine.',
      tags,
      request: { body: body(refreshTokenBody) },
      responses: { 204: { description: 'It is good for nothing any more' } },
    }),
    async c => {
      await callers.revoke(c.req.valid('json').refresh_token)
      return c.body(null, 204)
    },
  )

  return api
}

const shapeOf = ({ accessToken, expiresIn, refreshToken }: Tokens): z.output<typeof tokensShape> => ({
  access_token: accessToken,
  token_type: 'Bearer',
  expires_in: expiresIn,
  refresh_token: refreshToken,
})

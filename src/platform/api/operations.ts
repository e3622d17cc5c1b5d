// How the routes of the API are written down: an operation is declared once, with its schemas, and is by that validated,
// typed and documented.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Env } from 'hono'
import { z } from 'zod'
import { isId } from '../ids.ts'
import { hold } from './validation.ts'

/** A part of the API. */
export const apiPart = <E extends Env>() => new OpenAPIHono<E>({ defaultHook: hold })

/** An answer in JSON. */
export const json = <S extends z.ZodType>(schema: S, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

/** A body in JSON, without which there is nothing to do. */
export const body = <S extends z.ZodType>(schema: S) => ({
  required: true,
  content: { 'application/json': { schema } },
})

/** An id in the path. */
export const idParameter = (description: string) =>
  z
    .string()
    .refine(isId)
    .meta({ format: 'uuid', description, example: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f' })

/** An id in a body or an answer. */
export const id = z.string().refine(isId).meta({ format: 'uuid' })

/** A moment: ISO 8601 in UTC. */
export const moment = z.iso.datetime().meta({ example: '2026-11-20T09:30:00.000Z' })

/** Problems that an operation can give besides those that follow from its kind; 412 says that it can be held to a tag. */
export const problems = <S extends number>(...statuses: S[]) =>
  Object.fromEntries(statuses.map(status => [status, { description: '' }])) as Record<
    S,
    { description: string }
  >

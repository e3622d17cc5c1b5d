// Every operation of the API, by its method and path, as openapi-fetch has them; but what is no success is thrown, so
// that what comes back is there.

import type { Client, MaybeOptionalInit } from 'openapi-fetch'
import { errorOf, notXtablo } from './errors.ts'
import type { paths } from './schema.ts'

export type Method = 'get' | 'post' | 'patch' | 'delete'

export type PathsOf<M extends Method> = {
  [Path in keyof paths]: paths[Path][M] extends object ? Path : never
}[keyof paths]

/** What an operation takes: `params` (`path`, `query`, `header`), `body`, and of fetch `headers`, `signal` and the rest. */
export type InitOf<Path extends keyof paths, M extends Method> = MaybeOptionalInit<paths[Path], M>

/** Left out where nothing is required. */
export type Inits<Init> = undefined extends Init ? [init?: Init] : [init: Init]

/** What an operation answers on success; undefined when that is nothing, or no JSON. */
export type DataOf<Path extends keyof paths, M extends Method> = paths[Path][M] extends {
  responses: infer Responses
}
  ? JsonOf<Responses[keyof Responses & (200 | 201)]>
  : never

type JsonOf<R> = [R] extends [{ content: { 'application/json': infer Data } }] ? Data : undefined

export interface Answer<Data> {
  readonly data: Data
  /** For its headers, such as the `ETag` */
  readonly response: Response
}

/** Calls an operation. Throws XtabloError for every answer that is no success, a 304 among them. */
export type Operation<M extends Method> = <Path extends PathsOf<M>>(
  path: Path,
  ...init: Inits<InitOf<Path, M>>
) => Promise<Answer<DataOf<Path, M>>>

export interface Operations {
  readonly GET: Operation<'get'>
  readonly POST: Operation<'post'>
  readonly PATCH: Operation<'patch'>
  readonly DELETE: Operation<'delete'>
}

/** The operations through a client of openapi-fetch. */
export function operations(api: Client<paths>): Operations {
  // What the path gives its types is one function when it runs.
  const request = api.request as unknown as Request
  const operation = (method: Method) => (path: string, init?: object) =>
    succeeded(request(method, path, init))
  return {
    GET: operation('get') as Operation<'get'>,
    POST: operation('post') as Operation<'post'>,
    PATCH: operation('patch') as Operation<'patch'>,
    DELETE: operation('delete') as Operation<'delete'>,
  }
}

type Request = (method: Method, path: string, init?: object) => Promise<Partial<Failed> & Answer<unknown>>

interface Failed {
  readonly error: unknown
}

/** The answer, when it is a success. Throws XtabloError. */
async function succeeded(asked: ReturnType<Request>): Promise<Answer<unknown>> {
  const { data, error, response } = await asked.catch((fault: unknown) => {
    // JSON was promised and something else came: a page of another site, or of what guards a network.
    throw fault instanceof SyntaxError ? notXtablo(fault) : fault
  })
  if (!response.ok) throw errorOf(response, error)
  return { data, response }
}

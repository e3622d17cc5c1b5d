// What a client of the API relies on, operation by operation. Written here because the comparers on npm either read
// OpenAPI 3.0 alone or are a wrapper that downloads a program.

import {
  type Answer,
  type Body,
  type OpenApi,
  type Operation,
  type Parameter,
  type Path,
  resolve,
} from './document.ts'
import { type Comparison, compareSchemas } from './schemas.ts'
import { compareSecurity } from './security.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** Each change from one OpenAPI 3.1 document to the next that breaks a client which held to the first, as a line. */
export function breakingChanges(before: OpenApi, after: OpenApi): string[] {
  return Object.entries(before.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap(method => {
      const old = operationOf(before, item, method)
      if (!old) return []
      const name = `${method.toUpperCase()} ${path}`
      const now = operationOf(after, after.paths?.[path], method)
      if (!now) return [`${name} is gone`]
      return compareOperations(before, after, old, now).map(fault => `${name}: ${fault}`)
    }),
  )
}

interface Known extends Operation {
  parameters: Parameter[]
}

function operationOf(document: OpenApi, path: Path | undefined, method: string): Known | undefined {
  const operation = path?.[method] as Operation | undefined
  if (!path || !operation) return undefined
  const all = [...(path.parameters ?? []), ...(operation.parameters ?? [])].map(each =>
    resolve(document, each),
  )
  // An operation's own parameter stands for the path's of the same name.
  return { ...operation, parameters: [...new Map(all.map(each => [keyOf(each), each])).values()] }
}

const keyOf = ({ in: place = '', name = '' }: Parameter) =>
  `${place} parameter ${place === 'header' ? name.toLowerCase() : name}`

function compareOperations(before: OpenApi, after: OpenApi, old: Known, now: Known): string[] {
  const request: Comparison = { before, after, direction: 'request' }
  const answer: Comparison = { before, after, direction: 'answer' }
  const renamed = old.operationId !== undefined && old.operationId !== now.operationId
  return [
    ...(renamed ? [`operationId is ${now.operationId ?? 'gone'}, and was ${old.operationId}`] : []),
    ...compareSecurity(before, after, old.security, now.security),
    ...compareParameters(request, old.parameters, now.parameters),
    ...compareBodies(request, old.requestBody, now.requestBody),
    ...compareAnswers(answer, old.responses ?? {}, now.responses ?? {}),
  ]
}

function compareParameters(c: Comparison, before: Parameter[], after: Parameter[]): string[] {
  const old = new Map(before.map(each => [keyOf(each), each]))
  const now = new Map(after.map(each => [keyOf(each), each]))
  const needed = [...now].filter(([key, { required }]) => required && !old.get(key)?.required)
  return [
    ...needed.map(([key]) => `${key} is now required`),
    ...[...old].flatMap(([key, parameter]) => {
      const current = now.get(key)
      if (!current) return [`${key} is gone`]
      return [
        ...compareSchemas(c, key, parameter.schema ?? true, current.schema ?? true),
        ...compareContent(c, key, parameter, current),
      ]
    }),
  ]
}

function compareBodies(c: Comparison, before: Body | undefined, after: Body | undefined): string[] {
  const old = before && resolve(c.before, before)
  const now = after && resolve(c.after, after)
  if (old && !now) return ['body is gone']
  const faults = now?.required && !old?.required ? ['body is now required'] : []
  return old && now ? [...faults, ...compareContent(c, 'body', old, now)] : faults
}

function compareAnswers(
  c: Comparison,
  before: Record<string, Answer>,
  after: Record<string, Answer>,
): string[] {
  return Object.entries(before).flatMap(([status, answer]) => {
    const current = after[status]
    // A client that never meets a fault again is not broken.
    if (!current) return /^2/.test(status) ? [`answer ${status} is gone`] : []
    const [old, now] = [resolve(c.before, answer), resolve(c.after, current)]
    return [
      ...compareContent(c, `answer ${status}`, old, now),
      ...compareHeaders(c, `answer ${status}, header`, old.headers ?? {}, now.headers ?? {}),
    ]
  })
}

function compareContent(c: Comparison, at: string, before: Body, after: Body): string[] {
  return Object.entries(before.content ?? {}).flatMap(([type, media]) => {
    const current = after.content?.[type]
    if (!current) return [`${at} is no longer ${type}`]
    return compareSchemas(c, at, media.schema ?? true, current.schema ?? true)
  })
}

function compareHeaders(
  c: Comparison,
  at: string,
  before: Record<string, Parameter>,
  after: Record<string, Parameter>,
): string[] {
  const now = new Map(Object.entries(after).map(([name, header]) => [name.toLowerCase(), header]))
  return Object.entries(before).flatMap(([name, header]) => {
    const current = now.get(name.toLowerCase())
    if (!current) return [`${at} ${name} is gone`]
    const [old, next] = [resolve(c.before, header), resolve(c.after, current)]
    return compareSchemas(c, `${at} ${name}`, old.schema ?? true, next.schema ?? true)
  })
}

import { type OpenApi, resolve, type Security } from './document.ts'

/** Each way to be let in that no longer is one. An operation says its own ways, or those of the document hold. */
export function compareSecurity(
  before: OpenApi,
  after: OpenApi,
  old: Security[] | undefined,
  now: Security[] | undefined,
): string[] {
  const ways = waysOf(after, now ?? after.security)
  return waysOf(before, old ?? before.security)
    .filter(way => !ways.some(other => other.every(need => way.includes(need))))
    .map(way => `${way.join(' with ') || 'no token'} is no longer enough`)
}

/** What each way needs: a scheme by what it is, since its name is the document's own, and its scopes. */
function waysOf(document: OpenApi, security: Security[] = []): string[][] {
  if (security.length === 0) return [[]]
  return security.map(way =>
    Object.entries(way).flatMap(([name, scopes]) => [
      schemeOf(document, name),
      ...scopes.map(scope => `scope ${scope}`),
    ]),
  )
}

function schemeOf(document: OpenApi, name: string): string {
  const found = document.components?.securitySchemes?.[name]
  if (!found) return name
  const { type = name, ...scheme } = resolve(document, found)
  return [type, scheme.scheme, scheme.in, scheme.name].filter(part => part !== undefined).join(' ')
}

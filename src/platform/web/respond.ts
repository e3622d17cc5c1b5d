import type { Context } from 'hono'

/** Whether htmx sent the request. */
export const isHtmx = (c: Context): boolean => c.req.header('HX-Request') === 'true'

/** Whether htmx asked for a part of a page: it gets the content without the layout. */
export const wantsPart = (c: Context): boolean => asksForPart(name => c.req.header(name))

/** The same of a request that is told by its headers alone. */
export function asksForPart(header: (name: string) => string | string[] | undefined): boolean {
  return (
    header('hx-request') === 'true' &&
    header('hx-request-type') !== 'full' &&
    !header('hx-history-restore-request')
  )
}

/** Whether the answer goes into the element with this id, as htmx says in `HX-Target: tag#id`. */
export const targets = (c: Context, id: string): boolean => c.req.header('HX-Target')?.split('#')[1] === id

/** Sends the browser to another page after a change: 303, or for htmx 204 with `HX-Redirect`. */
export function seeOther(c: Context, path: string): Response {
  if (!isHtmx(c)) return c.redirect(path, 303)
  // To another place in the page it is on a browser only scrolls, and would go on showing what was before the change.
  const [page, fragment] = path.split('#')
  if (fragment !== undefined && page === pageOf(c)) c.header('HX-Refresh', 'true')
  else c.header('HX-Redirect', path)
  return c.body(null, 204)
}

/** The page that a form or a part was sent from, `/` where that can't be told. */
export function pageOf(c: Context): string {
  const page = c.req.header('HX-Current-URL') ?? c.req.header('Referer') ?? ''
  if (!URL.canParse(page)) return '/'
  const { host, pathname, search } = new URL(page)
  return host === c.req.header('Host') ? pathname + search : '/'
}

/** `path` if it leads to a page of ours, else `fallback`: what comes from a URL never sends a person elsewhere. */
export function localPath(path: string | undefined, fallback: string): string {
  if (!path?.startsWith('/') || /^\/[/\\]|[\\\p{Cc}]/u.test(path)) return fallback
  const base = 'http://xtablo.invalid'
  if (!URL.canParse(path, base)) return fallback
  const url = new URL(path, base)
  return url.origin === base && !url.pathname.startsWith('//')
    ? url.pathname + url.search + url.hash
    : fallback
}

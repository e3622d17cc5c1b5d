import type { Context } from 'hono'

/** Whether htmx asked for a part of a page: it gets the content without the layout. */
export function wantsPart(c: Context): boolean {
  return c.req.header('HX-Request-Type') === 'partial'
}

/** Sends the browser to another page after a change: 303, or for htmx 204 with `HX-Redirect`. */
export function seeOther(c: Context, path: string): Response {
  if (c.req.header('HX-Request') !== 'true') return c.redirect(path, 303)
  c.header('HX-Redirect', path)
  return c.body(null, 204)
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

// The frame around every page: the layout with the person's navigation, and the pages that say what went wrong. htmx
// gets the content alone when it asked for a part; an error then comes as a toast, since the page it has is still good.

import type { Context, ErrorHandler, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AccountEnv } from './accounts/signed-in.ts'
import { AppError, statusOf } from './errors.ts'
import type { Deps } from './platform/deps.ts'
import type { PageProps } from './platform/web/env.ts'
import { wantsPart } from './platform/web/respond.ts'
import { listLinks } from './tablos/reading.ts'
import { Button } from './ui/Button.tsx'
import { Layout } from './ui/Layout.tsx'
import { PageHead } from './ui/PageHead.tsx'
import { Toast } from './ui/Toast.tsx'

/** How many Tablos the sidebar lists. */
const LINKS = 20

/** Gives every page `c.render`, which draws the layout around its content. */
export function shell({ db }: Pick<Deps, 'db'>): MiddlewareHandler<AccountEnv> {
  return async (c, next) => {
    c.header('Vary', 'Cookie, Accept-Language, HX-Request-Type')
    c.header('Cache-Control', 'private, no-cache')
    c.setRenderer(async (content: HtmlEscapedString | Promise<HtmlEscapedString>, page: PageProps) => {
      if (wantsPart(c)) return c.html(content)
      const person = c.get('session')?.person
      const frame = { locale: c.get('locale'), ...page }
      if (!person) return c.html(<Layout {...frame}>{content}</Layout>)
      const links = await listLinks(db, person, LINKS + 1)
      const nav = { tablos: links.slice(0, LINKS), more: links.length > LINKS }
      return c.html(
        <Layout {...frame} person={person} nav={nav}>
          {content}
        </Layout>,
      )
    })
    await next()
  }
}

/** The page of an address that leads nowhere. */
export const notFoundPage = (c: Context<AccountEnv>) => faultPage(c, 404)

/** Turns what was thrown into a page. What is neither an AppError nor a transport fault is a bug: logged, with its stack. */
export const errorPage: ErrorHandler<AccountEnv> = (error, c) => {
  if (error instanceof AppError) {
    if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter))
    return faultPage(c, statusOf[error.code], c.get('locale').t.errors[error.text])
  }
  if (error instanceof HTTPException) {
    return faultPage(
      c,
      error.status,
      error.message === 'cross_site' ? c.get('locale').t.faults.cross_site : undefined,
    )
  }
  c.get('log').error({ err: error, request_id: c.get('requestId') }, 'unexpected error')
  // What broke may be the database, so this page asks it nothing: it has no navigation.
  c.set('session', undefined)
  return faultPage(c, 500)
}

/** The page that says what went wrong, what to do, and by which number the log knows it. */
export async function faultPage(c: Context<AccountEnv>, status: ContentfulStatusCode, advice?: string) {
  const locale = c.get('locale')
  const faults = locale.t.faults
  const fault = status in faults ? faults[status as keyof typeof faults & number] : faults[500]
  c.status(status)
  if (wantsPart(c)) {
    c.header('HX-Retarget', '#toasts')
    c.header('HX-Reswap', 'innerHTML')
    return c.html(<Toast locale={locale} text={advice ?? `${fault.title}. ${fault.advice}`} />)
  }
  const page = (
    <div class="fault">
      <PageHead title={fault.title} text={advice ?? fault.advice} />
      <Button href="/" kind="primary">
        {faults.home}
      </Button>
      <p class="request-id">{faults.requestId(c.get('requestId'))}</p>
    </div>
  )
  return c.render(page, { title: fault.title })
}

// The frame around every page: the layout with the person's navigation, and the pages that say what went wrong. htmx
// gets the content alone when it asked for a part; an error then comes as a toast, since the page it has is still good.

import type { Context, ErrorHandler, MiddlewareHandler } from 'hono'
import { raw } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { LRUCache } from 'lru-cache'
import type { AccountEnv } from './accounts/signed-in.ts'
import { AppError, statusOf } from './errors.ts'
import { isDatabaseLost, RETRY_AFTER } from './platform/database/lost.ts'
import type { Deps } from './platform/deps.ts'
import { newId } from './platform/ids.ts'
import { release } from './platform/release.ts'
import { isKnown, notModified, sendBytes, sendHtml, tagOf } from './platform/web/html.ts'
import { fillSlots, type KeptContent } from './platform/web/kept.ts'
import { wantsPart } from './platform/web/respond.ts'
import { readNav } from './tablos/reading.ts'
import { Button } from './ui/Button.tsx'
import { Layout, type LayoutProps } from './ui/Layout.tsx'
import { PageHead } from './ui/PageHead.tsx'
import type { PageContent, PageProps } from './ui/page.ts'
import { Toast } from './ui/Toast.tsx'

const KEPT_BYTES = 32 * 1024 * 1024

/** Where kept content goes into a layout. */
const SLOT = newId()

/** A whole page as one person last got it. */
interface WholePage {
  /** The tag of the content that it was made of */
  of: string
  tag: string
  bytes: Buffer<ArrayBuffer>
}

/** Gives every page `c.render`, which draws the layout around its content. */
export function shell({ db }: Pick<Deps, 'db'>): MiddlewareHandler<AccountEnv> {
  // A page whose content is kept is kept whole too, by everything that its layout shows.
  const pages = new LRUCache<string, WholePage>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ bytes }, key) => bytes.length + key.length,
  })
  return async (c, next) => {
    c.header('Vary', 'Cookie, Accept-Language, Accept-Encoding, HX-Request, HX-Request-Type')
    c.header('Cache-Control', 'private, no-cache')
    c.setRenderer(async (content: PageContent, page: PageProps) => {
      if ('bytes' in content) return renderKept(c, content, page)
      const drawn = await content
      const whole = wantsPart(c) ? drawn : <Layout {...(await frameOf(c, page))}>{drawn}</Layout>
      return sendHtml(c, fillSlots(whole.toString()))
    })
    await next()
  }

  async function renderKept(c: Context<AccountEnv>, content: KeptContent, page: PageProps) {
    const part = wantsPart(c)
    const { locale, ...rest } = await frameOf(c, page)
    const key = JSON.stringify([locale.language, part, rest])
    const whole = pages.get(key)
    // Another release may draw the same content in another way.
    const tag = whole?.of === content.tag ? whole.tag : tagOf(release(), content.tag, key)
    if (isKnown(c, tag)) return notModified(c)
    if (whole?.of === content.tag) return sendBytes(c, whole.bytes)
    const frame = part ? raw(SLOT) : <Layout {...{ locale, ...rest }}>{raw(SLOT)}</Layout>
    const [head = '', foot = ''] = String(await frame).split(SLOT)
    const bytes = Buffer.concat([Buffer.from(head), ...(await content.bytes()), Buffer.from(foot)])
    pages.set(key, { of: content.tag, tag, bytes })
    return sendBytes(c, bytes)
  }

  async function frameOf(c: Context<AccountEnv>, page: PageProps): Promise<Omit<LayoutProps, 'children'>> {
    const person = c.get('session')?.person
    const frame = { locale: c.get('locale'), ...page }
    if (!person) return frame
    // Before a required second factor is set up there is nowhere else to go.
    if (c.get('session')?.unprotected) return { ...frame, person, nav: { tablos: [], more: false } }
    return { ...frame, person, nav: page.nav ?? (await readNav(db, person)) }
  }
}

/** The page of an address that leads nowhere. */
export const notFoundPage = (c: Context<AccountEnv>) => faultPage(c, 404)

/** Turns what was thrown into a page. What is neither an AppError nor a transport fault is a bug: logged, with its stack. */
export const errorPage: ErrorHandler<AccountEnv> = (error, c) => {
  if (error instanceof AppError) {
    if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter))
    return faultPage(c, statusOf[error.code], error.said(c.get('locale')))
  }
  if (error instanceof HTTPException) {
    return faultPage(
      c,
      error.status,
      error.message === 'cross_site' ? c.get('locale').t.faults.cross_site : undefined,
    )
  }
  if (isDatabaseLost(error)) {
    c.get('log').error({ reason: error.message, request_id: c.get('requestId') }, 'database unreachable')
    c.header('Retry-After', String(RETRY_AFTER))
    return faultPage(c, 503)
  }
  c.get('log').error({ err: error, request_id: c.get('requestId') }, 'unexpected error')
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
  // A page that may come in a moment is asked for again; whoever sent a form would not get it by its address.
  const again = status === 503 && c.req.method === 'GET'
  const page = (
    <div class="fault">
      <PageHead title={fault.title} text={advice ?? fault.advice} />
      <Button href={again ? '' : '/'} kind="primary">
        {again ? faults.busy.again : faults.home}
      </Button>
      <p class="request-id">{faults.requestId(c.get('requestId'))}</p>
    </div>
  )
  return c.render(page, { title: fault.title }).catch(async (error: unknown) => {
    if (!isDatabaseLost(error))
      c.get('log').error({ err: error, request_id: c.get('requestId') }, 'unexpected error in a fault page')
    // The sidebar may be what can't be had: without a database this page still says so.
    const plain = (
      <Layout locale={locale} title={fault.title}>
        {page}
      </Layout>
    )
    return sendHtml(c, String(await plain))
  })
}

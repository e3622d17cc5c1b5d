// What stands before the application while more is asked than can be answered: it refuses what is new by 503, as a page,
// as a toast for htmx, or as a problem for programs. A refusal must cost next to nothing, so it is no request of the
// application: every answer is made once, with the headers of any other page, and only sent. Health and assets always
// pass: whoever watches must see that the process lives, and assets make the pages usable that are answered.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { problemSchema, problemType } from './platform/api/problems.ts'
import type { ServingDeps } from './platform/deps.ts'
import { newId } from './platform/ids.ts'
import type { Overload } from './platform/web/overload.ts'
import { asksForPart } from './platform/web/respond.ts'
import { securityHeaders } from './platform/web/security-headers.ts'
import type { Gate } from './platform/web/server.ts'
import { type Language, languages, localeOf, preferredLanguage } from './texts/locale.ts'
import { Button } from './ui/Button.tsx'
import { Layout } from './ui/Layout.tsx'
import { PageHead } from './ui/PageHead.tsx'
import { Toast } from './ui/Toast.tsx'

const ALWAYS = /^\/(healthz|readyz|health\/\w+|assets\/[^?]*)(\?|$)/
const API = /^\/api(\/|\?|$)/

/** Seconds, a random one of them: who was refused together must not come back together. */
const RETRY_AFTER = [1, 2, 3, 4]

/** What may still be sent of a request that was refused. */
const REST_MS = 30_000

interface Answer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Kind = 'page' | 'part' | 'problem'

/** Refuses what `overload` does not admit. */
export async function refuseWhenBusy(
  { config, log, metrics, storage }: Pick<ServingDeps, 'config' | 'log' | 'metrics' | 'storage'>,
  overload: Pick<Overload, 'admits'>,
): Promise<Gate> {
  const answers = await prepare(config.baseUrl, storage.origin)
  const origins = new Set(config.corsOrigins)
  return (request, response) => {
    const { url = '/', method, headers } = request
    if (ALWAYS.test(url) || method === 'OPTIONS' || overload.admits()) return false
    metrics.refused.inc()
    const id = requestIdOf(request)
    const kind = API.test(url) ? 'problem' : asksForPart(name => headers[name]) ? 'part' : 'page'
    const answer = answers[preferredLanguage(headers['accept-language'])][kind]
    const { origin } = headers
    if (kind === 'problem' && origin !== undefined && origins.has(origin)) {
      response.setHeader('Access-Control-Allow-Origin', origin)
      response.setHeader('Access-Control-Expose-Headers', 'Retry-After,X-Request-Id')
    }
    send(request, response, answer, id)
    // So many would wash everything else out of the log, which says when it began and ended, and with how many.
    log.debug({ request_id: id, method, status: 503, refused: 'overload' }, 'request')
    return true
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer, id: string): void {
  const body = answer.body.replace(ID_SLOT, id)
  response.writeHead(503, {
    ...answer.headers,
    'Content-Length': Buffer.byteLength(body),
    'Retry-After': RETRY_AFTER[Math.floor(Math.random() * RETRY_AFTER.length)],
    'X-Request-Id': id,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  if (request.complete) return
  // The rest of a body is read and dropped, since a browser looks at the answer only then; but not for ever.
  const late = setTimeout(() => request.destroy(), REST_MS).unref()
  request.once('close', () => clearTimeout(late))
}

/** As Hono's requestId takes or makes it. */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w=-]{1,255}$/.test(given) ? given : newId()
}

const ID_SLOT = newId()

/** Every answer there is, with the headers that the application's pages have. */
async function prepare(
  baseUrl: URL,
  storageOrigin: string | undefined,
): Promise<Record<Language, Record<Kind, Answer>>> {
  const app = new Hono().use(securityHeaders(baseUrl, storageOrigin))
  for (const language of languages)
    for (const [kind, { body, headers }] of Object.entries(contents(language)))
      app.get(`/${language}/${kind}`, async c => c.body(String(await body), 503, headers))
  const answer = async (path: string): Promise<Answer> => {
    const response = await app.request(path)
    return { headers: Object.fromEntries(response.headers), body: await response.text() }
  }
  const all = async (language: Language) => ({
    page: await answer(`/${language}/page`),
    part: await answer(`/${language}/part`),
    problem: await answer(`/${language}/problem`),
  })
  return { en: await all('en'), fr: await all('fr') }
}

function contents(language: Language): Record<Kind, { body: Child; headers: Record<string, string> }> {
  const locale = localeOf(language, 'UTC')
  const { title, advice, again } = locale.t.faults.busy
  const html = { 'Content-Type': 'text/html; charset=UTF-8', 'Cache-Control': 'no-store' }
  const page = (
    <Layout locale={locale} title={title}>
      <div class="fault">
        <PageHead title={title} text={advice} />
        <Button href="" kind="primary">
          {again}
        </Button>
      </div>
    </Layout>
  )
  const problem = problemSchema.parse({
    type: problemType('unavailable'),
    title: locale.t.api.problems.unavailable.title,
    status: 503,
    detail: advice,
    request_id: ID_SLOT,
  })
  return {
    page: { body: page, headers: html },
    part: {
      body: <Toast locale={locale} text={`${title}. ${advice}`} />,
      headers: { ...html, 'HX-Retarget': '#toasts', 'HX-Reswap': 'innerHTML' },
    },
    problem: {
      body: JSON.stringify(problem),
      headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
    },
  }
}

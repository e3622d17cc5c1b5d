// The documentation of the API, for people: Swagger UI, served by us, draws the document that programs read. It fills the
// page in (assets/api-docs.ts), under the same policy as every other page. Nobody has to sign in: it tells only what the
// API is, and the token of who tries it stays in the window.

import { Hono } from 'hono'
import type { AccountEnv } from './accounts/signed-in.ts'
import { asset } from './platform/web/assets.ts'
import { sendHtml } from './platform/web/html.ts'
import type { Locale } from './texts/locale.ts'
import { Button } from './ui/Button.tsx'
import { Document } from './ui/document.tsx'
import { Field } from './ui/Field.tsx'
import { PageHead } from './ui/PageHead.tsx'

const DOCUMENT = '/api/v1/openapi.json'

/** `/api/docs`. */
export function apiDocs(): Hono<AccountEnv> {
  return new Hono<AccountEnv>().get('/api/docs', async c =>
    sendHtml(c, String(await (<Docs locale={c.get('locale')} />))),
  )
}

function Docs({ locale }: { locale: Locale }) {
  const { apiDocs: t, product } = locale.t
  return (
    <Document
      locale={locale}
      title={t.title}
      scripts={['swagger-ui.js', 'api-docs.js']}
      styles={['api-docs.css']}
    >
      <div class="api-docs">
        <header>
          <a class="brand" href="/">
            <img src={asset('favicon.svg')} alt="" width="20" height="20" />
            {product}
          </a>
        </header>
        <main id="content" tabindex={-1}>
          <PageHead title={t.title} text={t.lead}>
            <Button href={DOCUMENT}>{t.document}</Button>
          </PageHead>
          <noscript>
            <p>{t.noScript}</p>
            <p>
              <a href={DOCUMENT}>{t.document}</a>
            </p>
          </noscript>
          <div class="api-docs-tools needs-script">
            <Field
              id="api-search"
              name="search"
              type="search"
              label={t.search}
              hint={t.searchHint}
              autocomplete="off"
            />
            <Field id="api-token" name="token" label={t.token} hint={t.tokenHint} autocomplete="off" />
          </div>
          <output class="api-docs-found needs-script" for="api-search" />
          <h2 class="hidden-text">{t.operations}</h2>
          {/* What the document says is in English, whatever the language of the page. */}
          <div id="api" lang="en" data-document={DOCUMENT} data-nothing={t.nothing} data-failed={t.failed} />
        </main>
      </div>
    </Document>
  )
}

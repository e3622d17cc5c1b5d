import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { asset } from '../platform/web/assets.ts'
import type { Locale } from '../texts/locale.ts'

export interface DocumentProps {
  locale: Locale
  title: string
  /** Scripts this page needs besides htmx.js and app.js, by the names the build knows: sortable.js, kanban.js */
  scripts?: readonly string[] | undefined
  /** Stylesheets besides styles.css */
  styles?: readonly string[] | undefined
  /** Whose page it is, for what scripts keep in the browser */
  personId?: string | undefined
  children: Child
}

// Under the Content-Security-Policy: no style made by script, nothing evaluated. The history is the Kanban's own, whose
// panel has an address.
const HTMX = JSON.stringify({ includeIndicatorCSS: false, mode: 'same-origin', history: false })

/** The whole HTML document around a page. Scripts wait for the page and run in this order. */
export function Document({ locale, title, scripts = [], styles = [], personId, children }: DocumentProps) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang={locale.language}>
        <head>
          <meta charset="utf-8" />
          <title>{`${title} · ${locale.t.product}`}</title>
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="theme-color" content="#f4f3f0" media="(prefers-color-scheme: light)" />
          <meta name="theme-color" content="#141518" media="(prefers-color-scheme: dark)" />
          <meta name="htmx-config" content={HTMX} />
          <link rel="icon" type="image/svg+xml" href={asset('favicon.svg')} />
          {['styles.css', ...styles].map(name => (
            <link rel="stylesheet" href={asset(name)} />
          ))}
          {['htmx.js', ...scripts.filter(isLibrary)].map(name => (
            <script src={asset(name)} defer />
          ))}
          {['app.js', ...scripts.filter(name => !isLibrary(name))].map(name => (
            <script type="module" src={asset(name)} />
          ))}
        </head>
        <body data-person={personId}>
          <a class="skip" href="#content">
            {locale.t.ui.skip}
          </a>
          {children}
        </body>
      </html>
    </>
  )
}

/** Libraries are classic scripts; ours are modules. */
const isLibrary = (name: string) => ['sortable.js', 'swagger-ui.js'].includes(name)

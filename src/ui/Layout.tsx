import type { Child } from 'hono/jsx'
import { asset } from '../platform/web/assets.ts'
import type { Locale } from '../texts/locale.ts'
import { classes } from './classes.ts'
import { Document, type DocumentProps } from './document.tsx'
import { type Nav, type Person, Sidebar, Topbar } from './Sidebar.tsx'
import { Toast } from './Toast.tsx'

interface Frame extends DocumentProps {
  /** A Toast to show with the page */
  toast?: Child
}

export interface AppLayoutProps extends Frame {
  person: Person
  nav: Nav
  /** The path of the link in the sidebar that leads here: `/`, `/tablos/…`, `/settings` */
  current?: string | undefined
  /** The page takes the width and the height of the window, and its parts scroll: the Kanban */
  wide?: boolean | undefined
}

export type LayoutProps = Frame & Partial<Pick<AppLayoutProps, 'person' | 'nav' | 'current' | 'wide'>>

/** The document around a page: with the sidebar for a person who is signed in, else one quiet column. */
export function Layout({ person, nav, ...rest }: LayoutProps) {
  if (person && nav) return <AppLayout person={person} nav={nav} {...rest} />
  return <PlainLayout {...rest} />
}

/** The shell of a signed-in person. `#content` holds the page, and is what htmx replaces. */
export function AppLayout({
  locale,
  title,
  scripts,
  person,
  nav,
  current,
  wide,
  toast,
  children,
}: AppLayoutProps) {
  return (
    <Document locale={locale} title={title} scripts={scripts} personId={person.id}>
      <div class={classes('shell', wide && 'shell-wide')}>
        <header>
          <Topbar locale={locale} />
          <Sidebar locale={locale} person={person} nav={nav} current={current} />
        </header>
        <main class="content" id="content" tabindex={-1}>
          {children}
        </main>
      </div>
      <Toasts locale={locale}>{toast}</Toasts>
    </Document>
  )
}

/** One column of 24rem at a third of the height: sign-in, sign-up, and errors for a person who is signed out. */
function PlainLayout({ locale, title, scripts, toast, children }: Frame) {
  return (
    <Document locale={locale} title={title} scripts={scripts}>
      <div class="plain">
        <div class="plain-column">
          <header>
            <a class="brand" href="/">
              <img src={asset('favicon.svg')} alt="" width="20" height="20" />
              {locale.t.product}
            </a>
          </header>
          <main id="content" tabindex={-1}>
            {children}
          </main>
        </div>
      </div>
      <Toasts locale={locale}>{toast}</Toasts>
    </Document>
  )
}

// Always there, because screen readers only announce what appears in a region they already know. Beside it an empty one
// for scripts, which have to say it themselves when no answer comes.
function Toasts({ locale, children }: { locale: Locale; children?: Child }) {
  return (
    <>
      <div class="toasts" id="toasts" role="status">
        {children}
      </div>
      <template id="toast-parts" data-offline={locale.t.ui.offline}>
        <Toast locale={locale} text="" />
      </template>
    </>
  )
}

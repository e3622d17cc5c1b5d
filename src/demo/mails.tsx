// The mails of a start in development without a mail server, to be read as whoever gets them would. Their links are as
// good as mailed ones: they are shown on this machine alone, and to a page of this machine alone, for a name that somebody
// else has pointed here is not one of its.

import { type Context, Hono } from 'hono'
import { raw } from 'hono/html'
import { ID } from '../platform/ids.ts'
import type { MailFolder, ShownMail } from '../platform/mail/shown.ts'
import type { Locale } from '../texts/locale.ts'
import { classes } from '../ui/classes.ts'
import { Document } from '../ui/document.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { Tabs } from '../ui/Tabs.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import { isLoopback } from '../variables.ts'

/** What a mail may do in its frame: show itself, and lead elsewhere when it is clicked. Its styles stand on its elements. */
const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation'
const POLICY = `sandbox ${SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'`

/** `/dev/mail`, in the language of the request as `localeOf` reads it. */
export function mailPages(folder: MailFolder, localeOf: (c: Context) => Locale): Hono {
  const app = new Hono()
  app.use('/dev/*', async (c, next) => (isOfThisMachine(c.req.header('Host')) ? next() : c.notFound()))

  app.get('/dev/mail', async c => {
    const mails = await folder.list()
    return c.html(<Mails locale={localeOf(c)} mails={mails} mail={mails[0]} asText={false} listFirst />)
  })

  app.get(`/dev/mail/:mail{${ID}}`, async c => {
    const mails = await folder.list()
    const mail = mails.find(({ id }) => id === c.req.param('mail'))
    if (!mail) return c.notFound()
    const asText = c.req.query('as') === 'text'
    return c.html(<Mails locale={localeOf(c)} mails={mails} mail={mail} asText={asText} />)
  })

  app.get(`/dev/mail/:mail{${ID}}/html`, async c => {
    const mail = (await folder.list()).find(({ id }) => id === c.req.param('mail'))
    if (!mail) return c.notFound()
    c.header('Content-Security-Policy', POLICY)
    c.header('X-Frame-Options', 'SAMEORIGIN')
    // A link leads out of the frame, which shows mails alone.
    return c.html(mail.html.replace('<head>', '<head><base target="_top">'))
  })

  return app
}

function isOfThisMachine(host = ''): boolean {
  const url = `http://${host}`
  if (!URL.canParse(url)) return false
  const { hostname } = new URL(url)
  // Names below localhost are this machine's too: RFC 6761.
  return hostname.endsWith('.localhost') || isLoopback(hostname)
}

interface MailsProps {
  locale: Locale
  mails: readonly ShownMail[]
  /** The one that is read, beside the list where there is room */
  mail: ShownMail | undefined
  asText: boolean
  /** Where there is room for one of them only, it is the list */
  listFirst?: boolean
}

function Mails({ locale, mails, mail, asText, listFirst }: MailsProps) {
  const t = locale.t.addresses.shown
  return (
    <Document locale={locale} title={t.title}>
      <main
        class={classes('mails', listFirst ? 'mails-list-first' : 'mails-one-first')}
        id="content"
        tabindex={-1}
      >
        <PageHead title={t.title} text={t.lead} />
        {mail ? (
          <div class="mails-columns">
            <ul class="mails-list" aria-label={t.title}>
              {mails.map(each => (
                <li>
                  <a href={`/dev/mail/${each.id}`} aria-current={each.id === mail.id ? 'page' : undefined}>
                    <strong>{each.subject || t.untitled}</strong>
                    <span>{t.to(each.to)}</span>
                    <TimeAgo locale={locale} at={each.at} />
                  </a>
                </li>
              ))}
            </ul>
            <Reading locale={locale} mail={mail} asText={asText} />
          </div>
        ) : (
          <EmptyState icon="mail" text={t.empty} />
        )}
      </main>
    </Document>
  )
}

function Reading({ locale, mail, asText }: { locale: Locale; mail: ShownMail; asText: boolean }) {
  const t = locale.t.addresses.shown
  const path = `/dev/mail/${mail.id}`
  const subject = mail.subject || t.untitled
  const tabs = [
    { href: path, label: t.html },
    { href: `${path}?as=text`, label: t.text },
  ]
  return (
    <article class="mails-one" aria-labelledby="mail-subject">
      <p class="crumb">
        <a href="/dev/mail">
          <Icon name="arrow-left" />
          <span>{t.back}</span>
        </a>
      </p>
      <header>
        <h2 id="mail-subject">{subject}</h2>
        <p class="meta facts">
          <span>{t.to(mail.to)}</span>
          <TimeAgo locale={locale} at={mail.at} />
        </p>
      </header>
      <Tabs locale={locale} label={subject} tabs={tabs} current={asText ? `${path}?as=text` : path} />
      {asText ? (
        // The parser of a browser drops one newline at the start: this one.
        <pre class="mails-text" lang="">
          {raw('\n')}
          {mail.text}
        </pre>
      ) : (
        <iframe class="mails-frame" src={`${path}/html`} title={t.frame(subject)} sandbox={SANDBOX} />
      )}
    </article>
  )
}

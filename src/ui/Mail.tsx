// A mail from one description: as text and as HTML, which say the same. Mail programs know little of CSS, so styles stand
// on the elements and colours are plain; nothing is fetched, so that reading one tells nobody.

import { raw } from 'hono/html'
import type { Mail } from '../platform/mail/mailer.ts'
import type { Locale } from '../texts/locale.ts'

export interface Letter {
  readonly to: string
  readonly subject: string
  readonly paragraphs: readonly string[]
  /** The one thing to do: a button, and its whole address for who can't press it. */
  readonly action?: { readonly label: string; readonly url: string } | undefined
  /** Why it came, and what to do when it should not have. */
  readonly foot: readonly string[]
}

/** The mail of a letter in the language of its reader. */
export function mailOf(locale: Locale, letter: Letter): Mail {
  const { to, subject } = letter
  return { to, subject, text: textOf(locale, letter), html: String(<Html locale={locale} letter={letter} />) }
}

function textOf({ t }: Locale, { paragraphs, action, foot }: Letter): string {
  const parts = [
    ...paragraphs,
    ...(action ? [`${action.label}\n${action.url}`] : []),
    '-- ',
    ...foot,
    t.product,
  ]
  return `${parts.join('\n\n').replace('-- \n\n', '-- \n')}\n`
}

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const TEXT = `${FONT};font-size:15px;line-height:1.5;color:#1d1e22;margin:0 0 16px`
const MUTED = `${FONT};font-size:13px;line-height:1.5;color:#5b5d64;margin:0 0 8px`
const BUTTON = `${FONT};display:inline-block;padding:10px 16px;border-radius:6px;background:#2f5bd0;color:#ffffff;font-size:15px;font-weight:600;line-height:1.25;text-decoration:none`

function Html({ locale, letter }: { locale: Locale; letter: Letter }) {
  const { subject, paragraphs, action, foot } = letter
  return (
    <>
      {raw('<!doctype html>')}
      <html lang={locale.language}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light" />
          <title>{subject}</title>
        </head>
        <body style="margin:0;padding:0;background:#f4f3f0">
          <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f3f0">
            <tr>
              <td align="center" style="padding:32px 16px">
                <table
                  role="presentation"
                  width="100%"
                  cellpadding="0"
                  cellspacing="0"
                  style="max-width:520px;background:#ffffff;border:1px solid #e2e0dc;border-radius:12px"
                >
                  <tr>
                    <td align="left" style="padding:32px">
                      <p style={`${MUTED};font-weight:600;margin-bottom:24px`}>{locale.t.product}</p>
                      <h1 style={`${TEXT};font-size:21px;line-height:1.25;font-weight:650`}>{subject}</h1>
                      {paragraphs.map(paragraph => (
                        <p style={TEXT}>{paragraph}</p>
                      ))}
                      {action && (
                        <>
                          <p style="margin:24px 0">
                            <a href={action.url} style={BUTTON}>
                              {action.label}
                            </a>
                          </p>
                          <p style={`${MUTED};word-break:break-all`}>{action.url}</p>
                        </>
                      )}
                      <div style="border-top:1px solid #e2e0dc;margin:24px 0 16px" />
                      {foot.map(line => (
                        <p style={MUTED}>{line}</p>
                      ))}
                    </td>
                  </tr>
                </table>
              </td>
            </tr>
          </table>
        </body>
      </html>
    </>
  )
}

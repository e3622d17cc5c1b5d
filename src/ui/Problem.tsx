import type { Child } from 'hono/jsx'
import type { Locale } from '../texts/locale.ts'

export interface ProblemProps {
  locale: Locale
  /** What happened */
  title: string
  /** What to do */
  text: string
  /** What a person can quote to whoever runs this Xtablo */
  requestId: string
  /** Its heading is the `h1` of the page, unless it is only a part of one */
  part?: boolean | undefined
  /** One way on: a Button */
  children?: Child
}

/** The page for what went wrong. */
export function Problem({ locale, title, text, requestId, part, children }: ProblemProps) {
  return (
    <div class="empty">
      {part ? <h2>{title}</h2> : <h1>{title}</h1>}
      <p>{text}</p>
      {children}
      <div class="request-id">{locale.t.ui.request(requestId)}</div>
    </div>
  )
}

import type { HtmlEscapedString } from 'hono/utils/html'
import type { ErrorText, FieldErrors } from '../../errors.ts'
import type { Locale } from '../../texts/locale.ts'
import type { Log } from '../log.ts'
import type { KeptContent } from './kept.ts'

/** What every request carries, whatever the route. */
export interface Variables {
  requestId: string
  log: Log
  locale: Locale
  /** The signed-in person, for the log line. */
  userId: string | undefined
}

export interface WebEnv {
  Variables: Variables
}

/** What a form shows again after a refusal: the sentence above it and those by its fields. */
export interface Problem {
  text: ErrorText
  fields: FieldErrors
}

/** What a page shows: drawn now, or kept from before. */
export type PageContent = HtmlEscapedString | Promise<HtmlEscapedString> | KeptContent

/** What a page tells the layout about itself. */
export interface PageProps {
  title: string
  /** The path of the link in the sidebar that leads here */
  current?: string
  /** The page takes the whole window: the Kanban */
  wide?: boolean
  /** Scripts the page needs besides those of every page */
  scripts?: readonly string[]
}

declare module 'hono' {
  interface ContextRenderer {
    // biome-ignore lint/style/useShorthandFunctionType: an interface is what Hono's declaration merges with
    (content: PageContent, page: PageProps): Promise<Response>
  }
}

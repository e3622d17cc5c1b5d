import type { HtmlEscapedString } from 'hono/utils/html'
import type { KeptContent } from '../platform/web/kept.ts'
import type { Nav } from './Sidebar.tsx'

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
  /** The sidebar, where the page has read it along with its own; else it is read for it */
  nav?: Nav
}

declare module 'hono' {
  interface ContextRenderer {
    // biome-ignore lint/style/useShorthandFunctionType: an interface is what Hono's declaration merges with
    (content: PageContent, page: PageProps): Promise<Response>
  }
}

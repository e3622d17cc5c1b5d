// The libraries that pages load as classic scripts.

type SortableLibrary = typeof import('sortablejs')

interface HtmxSwap {
  text: string
  target: Element
  swap: string
  select?: string
  sourceElement?: Element
}

/** What htmx is about to put where, in `htmx:before:swap`. */
interface HtmxTask {
  fragment: DocumentFragment
  target: Element | null
  swapSpec: { style: string }
}

interface Window {
  readonly Sortable: SortableLibrary
  readonly htmx: { swap(swap: HtmxSwap): Promise<void> }
}

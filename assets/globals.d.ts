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

/** The parts of Swagger UI's system, and of the Immutable collections in it, that our documentation uses. */
interface SwaggerSystem {
  React: { createElement(type: unknown, props: object | null, ...children: unknown[]): unknown }
  getComponent(name: string, connected: true): unknown
  specSelectors: {
    loadingStatus(): string
    specJson(): {
      getIn(path: string[]): { toJS(): Record<string, { type: string; scheme?: string }> } | undefined
    }
    taggedOperations(): SwaggerTags
  }
  layoutActions: { updateFilter(words: string): void }
  authSelectors: { authorized(): { size: number } | undefined }
  authActions: { logout(schemes: string[]): void }
  preauthorizeApiKey(scheme: string, token: string): void
}

interface SwaggerOperation {
  get(name: 'path' | 'method'): string
  getIn(path: string[]): unknown
}

interface SwaggerTag {
  get(name: 'operations'): SwaggerOperations
  set(name: 'operations', operations: SwaggerOperations): SwaggerTag
}

interface SwaggerOperations {
  readonly size: number
  filter(keep: (operation: SwaggerOperation) => boolean): SwaggerOperations
}

interface SwaggerTags {
  map(change: (tag: SwaggerTag, name: string) => SwaggerTag): SwaggerTags
  filter(keep: (tag: SwaggerTag) => boolean): SwaggerTags
  reduce<T>(add: (sum: T, tag: SwaggerTag) => T, start: T): T
}

interface Window {
  readonly SwaggerUIBundle: (options: object) => SwaggerSystem
  readonly Sortable: SortableLibrary
  readonly htmx: { swap(swap: HtmxSwap): Promise<void> }
}

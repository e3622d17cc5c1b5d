/** What any control may be given besides its own props: an id, and attributes for htmx, scripts and assistive tools. */
export type Extra = { id?: string | undefined } & {
  [name in `hx-${string}` | `data-${string}` | `aria-${string}`]?: string | undefined
}

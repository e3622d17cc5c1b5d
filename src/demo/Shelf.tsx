import type { Child } from 'hono/jsx'

interface ShelfProps {
  title: string
  children: Child
}

/** One family of parts in the style guide. */
export function Shelf({ title, children }: ShelfProps) {
  return (
    <section class="grid gap-4 border-t border-line pt-6">
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** Parts beside each other, wrapping. */
export function Beside({ children }: { children: Child }) {
  return <div class="flex flex-wrap items-center gap-3">{children}</div>
}

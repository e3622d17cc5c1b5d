import type { Child } from 'hono/jsx'

export interface SectionProps {
  /** What a link leads to: `#password` */
  id?: string | undefined
  title: string
  /** One line below the title */
  text?: Child
  children: Child
}

/** A part of a page with a name of its own. */
export function Section({ id, title, text, children }: SectionProps) {
  return (
    <section class="section" id={id}>
      <header class="section-head">
        <h2>{title}</h2>
        {text && <p>{text}</p>}
      </header>
      {children}
    </section>
  )
}

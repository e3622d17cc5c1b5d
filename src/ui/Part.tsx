import type { Child } from 'hono/jsx'

interface PartProps {
  /** The selector of where it goes */
  target: string
  /** How, in htmx's words: `innerHTML`, `outerMorph`, `delete` … */
  swap: string
  children?: Child
}

/** One of several places that an answer updates. */
export function Part({ target, swap, children }: PartProps) {
  return (
    <hx-partial hx-target={target} hx-swap={swap}>
      {children}
    </hx-partial>
  )
}

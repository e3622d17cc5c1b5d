import type { Child } from 'hono/jsx'
import { classes } from './classes.ts'
import { colorOfId, toneOf } from './colors.ts'

export interface AvatarProps {
  person: { id: string; name: string }
  size?: 'small' | 'medium' | undefined
  /** The name stands beside it, so that it need not be said twice */
  named?: boolean | undefined
}

/** A person as initials on a colour that their id gives. */
export function Avatar({ person, size = 'medium', named }: AvatarProps) {
  const look = classes('avatar', size === 'small' && 'avatar-small', toneOf(colorOfId(person.id)))
  const initials = initialsOf(person.name)
  if (named) {
    return (
      <span class={look} aria-hidden="true">
        {initials}
      </span>
    )
  }
  return (
    <span class={look} role="img" aria-label={person.name} title={person.name}>
      {initials}
    </span>
  )
}

/** Several people, overlapping a little. */
export function Avatars({ children }: { children: Child }) {
  return <span class="avatars">{children}</span>
}

/** First letters of the first and the last word; whole characters, so that no emoji or accent is cut. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const first = (word: string | undefined) =>
    firstCharacter
      .segment(word ?? '')
      [Symbol.iterator]()
      .next().value?.segment ?? ''
  return (first(words[0]) + (words.length > 1 ? first(words.at(-1)) : '')).toUpperCase() || '?'
}

const firstCharacter = new Intl.Segmenter()

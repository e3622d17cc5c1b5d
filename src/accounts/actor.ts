import type { Language } from '../texts/locale.ts'

/** Who does something. Every command takes one; what it may see and change follows from it. */
export interface Actor {
  readonly id: string
  readonly role: 'user' | 'admin'
}

/** A person as their own pages show them. */
export interface Person extends Actor {
  readonly name: string
  readonly email: string
  /** Null follows the browser. */
  readonly language: Language | null
  readonly timeZone: string
}

/** Where a request comes from, for the list of sessions, the limits, the audit and mails. */
export interface Origin {
  readonly address: string
  readonly userAgent: string
  /** The language of the page that asked, for mails to a person who has chosen none. */
  readonly language?: Language | undefined
  /** The token of the session that this browser has so far; it ends when another one starts. */
  readonly earlierToken?: string | undefined
}

import type { Locale } from '../texts/locale.ts'

export interface TimeAgoProps {
  locale: Locale
  at: Date
  now?: Date | undefined
  /** The sentence that the time stands in: "Changed 3 minutes ago" */
  words?: ((when: string) => string) | undefined
}

/** "3 minutes ago", with the exact time for machines and on hover. */
export function TimeAgo({ locale, at, now = new Date(), words = when => when }: TimeAgoProps) {
  return (
    <time datetime={at.toISOString()} title={locale.dateTime(at)}>
      {words(locale.ago(at, now))}
    </time>
  )
}

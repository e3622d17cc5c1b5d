import type { Locale } from '../texts/locale.ts'

export interface TimeAgoProps {
  locale: Locale
  at: Date
  now: Date
}

/** "3 minutes ago", with the exact time for machines and on hover. */
export function TimeAgo({ locale, at, now }: TimeAgoProps) {
  return (
    <time datetime={at.toISOString()} title={locale.dateTime(at)}>
      {locale.ago(at, now)}
    </time>
  )
}

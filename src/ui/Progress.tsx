import type { Locale } from '../texts/locale.ts'

export interface ProgressProps {
  locale: Locale
  done: number
  total: number
  /** What makes progress, for those who don't see what it stands in */
  label: string
}

/** A thin bar with "12 of 40" beside it, in the colour of the Tablo it stands in. */
export function Progress({ locale, done, total, label }: ProgressProps) {
  return (
    <div class="progress">
      <progress value={done} max={Math.max(total, 1)} aria-label={label} />
      <span>{locale.t.ui.progress(locale.number(done), locale.number(total))}</span>
    </div>
  )
}

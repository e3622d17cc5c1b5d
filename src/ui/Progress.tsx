import type { Locale } from '../texts/locale.ts'

export interface ProgressProps {
  locale: Locale
  done: number
  total: number
  /** What makes progress, for those who don't see what it stands in */
  label: string
  /** What to say in place of "0 of 0" */
  empty?: string | undefined
}

/** A thin bar with "12 of 40" beside it, in the colour of the Tablo it stands in. */
export function Progress({ locale, done, total, label, empty }: ProgressProps) {
  return (
    <div class="progress">
      <progress value={done} max={Math.max(total, 1)} aria-label={label} />
      <span>
        {total === 0 && empty ? empty : locale.t.ui.progress(locale.number(done), locale.number(total))}
      </span>
    </div>
  )
}

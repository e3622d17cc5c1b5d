import type { JobFailure } from '../platform/jobs/reading.ts'
import type { Locale } from '../texts/locale.ts'
import { TimeAgo } from '../ui/TimeAgo.tsx'

interface AttemptsProps {
  locale: Locale
  /** The last attempt first */
  failures: readonly JobFailure[]
  /** Every attempt by itself, with its stack */
  whole?: boolean
}

/** What went wrong at each attempt. Attempts in a row that failed alike are one line, unless all is to be seen. */
export function Attempts({ locale, failures, whole = false }: AttemptsProps) {
  const t = locale.t.admin.jobs
  if (failures.length === 0) return null
  return (
    <ol class="attempts">
      {inRows(failures, whole).map(({ first, last }) => (
        <li>
          <p class="row-meta">
            {first.attempt === last.attempt
              ? t.attemptNumber(last.attempt)
              : t.attemptRange(first.attempt, last.attempt)}{' '}
            · <TimeAgo locale={locale} at={last.failedAt} />
          </p>
          {whole ? (
            <pre class="attempt-error">{last.stack || last.error}</pre>
          ) : (
            <p class="attempt-error">{last.error}</p>
          )}
        </li>
      ))}
    </ol>
  )
}

/** Neighbours with the same error, the last first. */
function inRows(failures: readonly JobFailure[], apart: boolean): { first: JobFailure; last: JobFailure }[] {
  const rows: { first: JobFailure; last: JobFailure }[] = []
  for (const failure of failures) {
    const row = rows.at(-1)
    if (row && !apart && row.last.error === failure.error) row.first = failure
    else rows.push({ first: failure, last: failure })
  }
  return rows
}

import type { JobFailure, JobFilter, JobState, JobSummary } from '../platform/jobs/reading.ts'
import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon, type IconName } from '../ui/Icon.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import { Attempts } from './attempts.tsx'

export const PATH = '/admin/jobs'

const ICONS: Record<JobState, IconName> = {
  available: 'inbox',
  running: 'activity',
  retryable: 'refresh-cw',
  scheduled: 'clock',
  completed: 'circle-check',
  cancelled: 'x',
  discarded: 'circle-alert',
}

const KINDS: Record<JobState, 'neutral' | 'accent' | 'danger' | 'ok' | 'warn'> = {
  available: 'neutral',
  running: 'accent',
  retryable: 'warn',
  scheduled: 'neutral',
  completed: 'ok',
  cancelled: 'neutral',
  discarded: 'danger',
}

interface JobListProps {
  locale: Locale
  jobs: JobSummary[]
  failures: Map<string, JobFailure[]>
}

export function JobList({ locale, jobs, failures }: JobListProps) {
  return (
    <ul class="rows">
      {jobs.map(job => (
        <li class="row job" id={`job-${job.id}`}>
          <Icon name={ICONS[job.state]} size={20} />
          <div class="row-words">
            <p>
              <a class="job-kind" href={`${PATH}/${job.id}`}>
                {job.kind}
              </a>{' '}
              <JobBadge locale={locale} state={job.state} />
            </p>
            <JobFacts locale={locale} job={job} />
            <Attempts locale={locale} failures={failures.get(job.id) ?? []} />
          </div>
          <JobActions locale={locale} job={job} />
        </li>
      ))}
    </ul>
  )
}

export function JobBadge({ locale, state }: { locale: Locale; state: JobState }) {
  return <Badge kind={KINDS[state]}>{locale.t.admin.jobs.state[state]}</Badge>
}

/** One line: how often, when, on whose behalf. */
export function JobFacts({
  locale,
  job,
  whole = false,
}: {
  locale: Locale
  job: JobSummary
  whole?: boolean
}) {
  const t = locale.t.admin.jobs
  const { state, startAfter, finalizedAt, startedAt, createdAt } = job
  const waits = state === 'retryable' || state === 'scheduled'
  const at = waits ? startAfter : (finalizedAt ?? startedAt ?? createdAt)
  return (
    <p class="row-meta">
      {job.attempt > 0 && <>{t.attempt(job.attempt, job.maxAttempts)} · </>}
      <TimeAgo locale={locale} at={at} words={t.when[state]} />
      {job.requestId !== null && (
        <>
          {' · '}
          <a href={pathOf({ requestId: job.requestId })} title={job.requestId}>
            {t.request(whole ? job.requestId : job.requestId.slice(-8))}
          </a>
        </>
      )}
    </p>
  )
}

export function JobActions({ locale, job }: { locale: Locale; job: JobSummary }) {
  const t = locale.t.admin.jobs
  const path = `${PATH}/${job.id}`
  const { state } = job
  const retryable = state === 'discarded' || state === 'cancelled'
  const waits = state === 'retryable' || state === 'scheduled'
  const cancellable = waits || state === 'available' || state === 'running'
  return (
    <div class="job-actions">
      {(retryable || waits) && (
        <Form action={`${path}/retry`} inline>
          <Button
            size="small"
            icon="refresh-cw"
            aria-label={retryable ? t.retryOf(job.kind) : t.runNowOf(job.kind)}
          >
            {retryable ? t.retry : t.runNow}
          </Button>
        </Form>
      )}
      {cancellable && (
        <Form action={`${path}/cancel`} inline>
          <Button size="small" kind="ghost" icon="x" aria-label={t.cancelOf(job.kind)}>
            {t.cancel}
          </Button>
        </Form>
      )}
    </div>
  )
}

/** The page of the jobs that a filter leaves. */
export function pathOf({ state, kind, requestId }: JobFilter): string {
  const query = new URLSearchParams({
    ...(state !== undefined && { state }),
    ...(kind !== undefined && { kind }),
    ...(requestId !== undefined && { request: requestId }),
  }).toString()
  return query === '' ? PATH : `${PATH}?${query}`
}

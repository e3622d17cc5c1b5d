import {
  type JobCount,
  type JobFailure,
  type JobFilter,
  type JobState,
  type JobSummary,
  jobStates,
} from '../platform/jobs/reading.ts'
import type { Schedule } from '../platform/jobs/schedules.ts'
import type { Locale } from '../texts/locale.ts'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { Tabs } from '../ui/Tabs.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import { Attempts } from './attempts.tsx'
import { JobActions, JobBadge, JobFacts, JobList, PATH, pathOf } from './job-list.tsx'

/** A heartbeat comes every minute. */
const SILENT_MS = 150_000

/** What wants somebody first. */
const TABS: readonly JobState[] = [
  'discarded',
  'retryable',
  'running',
  'available',
  'scheduled',
  'completed',
  'cancelled',
]

interface JobsPageProps {
  locale: Locale
  counts: JobCount[]
  filter: JobFilter
  /** Whether a filter narrows the jobs down; else they are those that want attention */
  filtered: boolean
  jobs: JobSummary[]
  failures: Map<string, JobFailure[]>
  schedules: Schedule[]
  /** When a worker last showed that it works; null when none did in a week */
  lastHeartbeat: Date | null
}

export function JobsPage(props: JobsPageProps) {
  const { locale, counts, filter, filtered } = props
  const t = locale.t.admin.jobs
  const path = pathOf(filter)
  const tabs = [
    { href: PATH, label: t.overview },
    ...TABS.map(state => ({
      href: pathOf({ state }),
      label: t.states[state],
      count: counts.filter(each => each.state === state).reduce((sum, { count }) => sum + count, 0),
    })),
  ]
  return (
    <>
      <PageHead title={t.title} text={t.lead} />
      {/* Morphed, so that a button that has the focus keeps it. */}
      <div
        class="jobs"
        id="jobs"
        hx-get={path}
        hx-trigger="every 2s"
        hx-target="#jobs"
        hx-select="#jobs"
        hx-swap="outerMorph"
      >
        <Tabs
          locale={locale}
          label={t.statesLabel}
          tabs={tabs}
          current={filter.state ? pathOf({ state: filter.state }) : filtered ? '' : PATH}
        />
        {filtered ? <Found {...props} /> : <Overview {...props} />}
      </div>
    </>
  )
}

/** What runs, what runs by itself, what failed, and how many there are of everything. */
function Overview({ locale, jobs, failures, schedules, counts, lastHeartbeat }: JobsPageProps) {
  const t = locale.t.admin.jobs
  const silent = !lastHeartbeat || Date.now() - lastHeartbeat.getTime() > SILENT_MS
  const running = jobs.filter(({ state }) => state === 'running')
  const failed = jobs.filter(({ state }) => state !== 'running')
  return (
    <>
      {silent && <Notice kind="info">{t.noWorker}</Notice>}
      <section class="section" aria-labelledby="running-title">
        <h2 id="running-title">{t.running}</h2>
        {running.length === 0 ? (
          <p class="meta">{t.nothingRuns}</p>
        ) : (
          <JobList locale={locale} jobs={running} failures={failures} />
        )}
      </section>
      <section class="section" aria-labelledby="failures-title">
        <h2 id="failures-title">{t.failures}</h2>
        {failed.length === 0 ? (
          <p class="meta">{t.nothingFailed}</p>
        ) : (
          <JobList locale={locale} jobs={failed} failures={failures} />
        )}
      </section>
      <section class="section" aria-labelledby="schedule-title">
        <h2 id="schedule-title">{t.schedule}</h2>
        <ul class="rows">
          {schedules.map(({ kind, next }) => (
            <li class="row">
              <Icon name="clock" size={20} />
              <div class="row-words">
                <p>
                  <a class="job-kind" href={pathOf({ kind })}>
                    {kind}
                  </a>
                </p>
                <p class="row-meta">
                  {next && (
                    <TimeAgo
                      locale={locale}
                      at={next}
                      words={when =>
                        next.getTime() - Date.now() < 60_000
                          ? t.nextSoon(locale.time(next))
                          : t.next(locale.time(next), when)
                      }
                    />
                  )}
                </p>
              </div>
            </li>
          ))}
        </ul>
      </section>
      <CountTable locale={locale} counts={counts} />
    </>
  )
}

function CountTable({ locale, counts }: Pick<JobsPageProps, 'locale' | 'counts'>) {
  const t = locale.t.admin.jobs
  const kinds = Map.groupBy(counts, ({ kind }) => kind)
  if (kinds.size === 0) return null
  return (
    <section class="section" aria-labelledby="counts-title">
      <h2 id="counts-title">{t.byKind}</h2>
      <div class="table-frame">
        <table class="table jobs-counts">
          <thead>
            <tr>
              <th scope="col">{t.kind}</th>
              {jobStates.map(state => (
                <th scope="col">{t.states[state]}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...kinds].map(([kind, ofKind]) => (
              <tr>
                <th scope="row">
                  <a href={pathOf({ kind })}>{kind}</a>
                </th>
                {jobStates.map(state => {
                  const { count = 0 } = ofKind.find(each => each.state === state) ?? {}
                  return (
                    <td data-label={t.states[state]} class={count === 0 ? 'none' : undefined}>
                      {count > 0 ? <a href={pathOf({ kind, state })}>{locale.number(count)}</a> : '0'}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** The jobs that a filter leaves. */
function Found({ locale, jobs, failures, filter }: JobsPageProps) {
  const t = locale.t.admin.jobs
  return (
    <section class="section" aria-label={t.found(locale.number(jobs.length))}>
      {(filter.kind !== undefined || filter.requestId !== undefined) && (
        <p class="meta">
          {filter.kind !== undefined && t.ofKind(filter.kind)}{' '}
          {filter.requestId !== undefined && t.ofRequest(filter.requestId)}{' '}
          <a class="link" href={PATH}>
            {t.showAll}
          </a>
        </p>
      )}
      {jobs.length === 0 ? (
        <EmptyState icon="inbox" text={t.none} />
      ) : (
        <JobList locale={locale} jobs={jobs} failures={failures} />
      )}
    </section>
  )
}

/** One job, with every attempt and its stack. */
export function JobPage({
  locale,
  job,
  failures,
}: {
  locale: Locale
  job: JobSummary
  failures: JobFailure[]
}) {
  const t = locale.t.admin.jobs
  return (
    <div class="jobs">
      <p class="crumb">
        <a href={PATH}>
          <Icon name="arrow-left" />
          <span>{t.title}</span>
        </a>
      </p>
      <PageHead title={job.kind} text={<code>{job.id}</code>}>
        <JobActions locale={locale} job={job} />
      </PageHead>
      <p>
        <JobBadge locale={locale} state={job.state} />
      </p>
      <JobFacts locale={locale} job={job} whole />
      <section class="section" aria-labelledby="attempts-title">
        <h2 id="attempts-title">{t.attempts}</h2>
        {failures.length === 0 ? (
          <p class="meta">{t.noFailures}</p>
        ) : (
          <Attempts locale={locale} failures={failures} whole />
        )}
      </section>
    </div>
  )
}

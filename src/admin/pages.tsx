import { type Context, Hono } from 'hono'
import { originOf, type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import { notFound } from '../errors.ts'
import type { Deps } from '../platform/deps.ts'
import { ID } from '../platform/ids.ts'
import { countJobs, failuresOf, type JobFilter, jobStates, listJobs } from '../platform/jobs/reading.ts'
import { listSchedules } from '../platform/jobs/schedules.ts'
import { pageOf, seeOther } from '../platform/web/respond.ts'
import { heartbeat } from './heartbeat.ts'
import { PATH } from './job-list.tsx'
import { cancelJob, retryJob } from './jobs.ts'
import { adminsOnly } from './only.ts'
import { JobPage, JobsPage } from './views.tsx'

/** How many jobs a list shows, and how many failures stand in the overview. */
const LISTED = 100
const FAILURES = 20

/** Jobs, for admins: what waits, runs, failed, and what can be done about it. */
export function adminPages({ config, db, pool }: Pick<Deps, 'config' | 'db' | 'pool'>) {
  const app = new Hono<SignedInEnv>()
  app.use('/admin/*', signedIn, adminsOnly)

  app.get('/admin', c => c.redirect(PATH, 303))

  app.get(PATH, async c => {
    const locale = c.get('locale')
    const filter = filterOf(c)
    const filtered = Object.values(filter).some(value => value !== undefined)
    const [counts, listed, schedules, [beaten]] = await Promise.all([
      countJobs(db),
      filtered ? listJobs(db, filter, LISTED) : overview(),
      filtered ? [] : listSchedules(pool),
      filtered ? [] : listJobs(db, { state: 'completed', kind: heartbeat.name }, 1),
    ])
    const failures = await failuresOf(
      db,
      listed.map(({ id }) => id),
    )
    const lastHeartbeat = beaten?.finalizedAt ?? null
    const page = (
      <JobsPage {...{ locale, counts, filter, filtered, jobs: listed, failures, schedules, lastHeartbeat }} />
    )
    return c.render(page, { title: locale.t.admin.jobs.title, current: PATH })
  })

  app.get(`${PATH}/:id{${ID}}`, async c => {
    const locale = c.get('locale')
    const id = c.req.param('id')
    const [job] = await listJobs(db, { id }, 1)
    if (!job) throw notFound()
    const failures = (await failuresOf(db, [id])).get(id) ?? []
    const page = <JobPage locale={locale} job={job} failures={failures} />
    return c.render(page, { title: job.kind, current: PATH })
  })

  for (const [verb, manage] of [
    ['retry', retryJob],
    ['cancel', cancelJob],
  ] as const) {
    app.post(`${PATH}/:id{${ID}}/${verb}`, async c => {
      const { address } = originOf(c, config)
      await manage(db, { actor: c.get('person'), address }, c.req.param('id'))
      // Back to the list or the job that it was asked from.
      return seeOther(c, pageOf(c).startsWith(PATH) ? pageOf(c) : PATH)
    })
  }

  /** What wants attention: what runs now, and what failed and may fail again, the newest first. */
  async function overview() {
    const [running, discarded, retryable] = await Promise.all([
      listJobs(db, { state: 'running' }, LISTED),
      listJobs(db, { state: 'discarded' }, FAILURES),
      listJobs(db, { state: 'retryable' }, FAILURES),
    ])
    return [...running, ...discarded, ...retryable]
  }

  return app
}

/** What the address asks for; a state that there is not is as good as none. */
function filterOf(c: Context): JobFilter {
  return {
    state: jobStates.find(state => state === c.req.query('state')),
    kind: c.req.query('kind') || undefined,
    requestId: c.req.query('request') || undefined,
  }
}

import { failedJobs, jobCounts } from '../admin/commands.ts'
import { retryJob } from '../admin/jobs.ts'
import { isId } from '../platform/ids.ts'
import { configure, misused, print, refusing, take } from './speaking.ts'
import { withDatabase } from './with-database.ts'

export async function countJobs(args: readonly string[]): Promise<void> {
  await withDatabase(configure(args), 'jobs', async ({ db }) => print(await jobCounts(db)))
}

export async function listFailedJobs(args: readonly string[]): Promise<void> {
  const rest = [...args]
  const json = take(rest, '--json')
  await withDatabase(configure(rest), 'list-failed-jobs', async ({ db }) =>
    print(await failedJobs(db, { json })),
  )
}

export async function retry([id, ...rest]: readonly string[]): Promise<void> {
  const config = configure(rest)
  if (!id || !isId(id)) throw misused('retry-job takes the id of a job, as list-failed-jobs prints it.')
  await withDatabase(config, 'retry-job', async ({ db }) => {
    const { kind } = await retryJob(db, null, id).catch(
      refusing({
        not_found: `There is no job ${id}: it never was, or ended more than a week ago.`,
        conflict: `The job ${id} runs or is done: there is nothing to run again.`,
      }),
    )
    print(`${kind} job id=${id} will run again\n`)
  })
}

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { pino } from 'pino'
import { xtablo } from '../../test/command.ts'
import { testDatabase } from '../../test/database.ts'
import { jobIn, queues } from '../../test/jobs.ts'
import { TestStorage } from '../../test/storage.ts'
import { newId } from '../platform/ids.ts'
import { failedJobs, jobCounts } from './commands.ts'

const database = await testDatabase()
const { db, pool } = database
await queues(database, { db, log: pino({ level: 'silent' }), storage: new TestStorage() })
beforeEach(() => pool.query('delete from pgboss.job; truncate job_failures'))

const run = async (...args: string[]) => {
  const command = xtablo(database, args)
  return { code: await command.ended, said: command.said() }
}

test('given-up jobs are listed a line each, the newest first', async () => {
  assert.deepEqual(await run('list-failed-jobs'), { code: 0, said: 'no discarded jobs found\n' })
  const first = await jobIn(database, 'discarded', { error: 'No\n  luck' })
  const second = await jobIn(database, 'discarded')
  await jobIn(database, 'retryable')
  const { code, said } = await run('list-failed-jobs')
  assert.equal(code, 0)
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
  const [line, next, ...more] = said.trimEnd().split('\n')
  assert.match(
    line ?? '',
    new RegExp(
      `^id=${second} kind=heartbeat attempt=25/25 finalized_at=${time} err=The mail server said no\\.$`,
    ),
  )
  assert.match(next ?? '', new RegExp(`^id=${first} .* err=No luck$`))
  assert.deepEqual(more, [])
})

test('no more than a hundred are listed', async () => {
  await pool.query(`insert into pgboss.job (name, state, retry_limit, retry_count, started_on, completed_on)
    select 'heartbeat', 'failed', 24, 24, now(), now() - n * interval '1 minute' from generate_series(1, 101) n`)
  const lines = (await failedJobs(db, { json: false })).trimEnd().split('\n')
  assert.equal(lines.length, 100)
  assert.match(lines[0] ?? '', /err=unknown$/)
})

test('programs get the same as JSON', async () => {
  const id = await jobIn(database, 'discarded', { error: 'No\nluck' })
  const [job, ...more] = JSON.parse((await run('list-failed-jobs', '--json')).said)
  assert.deepEqual(more, [])
  assert.ok(Date.parse(job.finalized_at))
  assert.deepEqual(
    { ...job, finalized_at: '' },
    { id, kind: 'heartbeat', attempt: 25, max_attempts: 25, finalized_at: '', err: 'No\nluck' },
  )
  await pool.query('delete from pgboss.job')
  assert.equal(await failedJobs(db, { json: true }), '[]\n')
})

test('jobs are counted by kind and state', async () => {
  assert.equal(await jobCounts(db), 'no jobs found\n')
  for (const state of ['completed', 'completed', 'discarded'] as const) await jobIn(database, state)
  assert.deepEqual(await run('jobs'), {
    code: 0,
    said: 'kind       state      count\nheartbeat  completed  2\nheartbeat  discarded  1\n',
  })
})

test('a given-up job is put back on the queue by its id', async () => {
  const id = await jobIn(database, 'discarded')
  assert.deepEqual(await run('retry-job', id), { code: 0, said: `heartbeat job id=${id} will run again\n` })
  const { rows } = await pool.query('select state, retry_limit from pgboss.job')
  assert.deepEqual(rows, [{ state: 'retry', retry_limit: 25 }])
  assert.equal(
    (await pool.query(`select from audit where kind = 'job_retried' and actor_id is null`)).rowCount,
    1,
  )
})

test('what can’t be retried is said in a line', async () => {
  const [done, nobody] = [await jobIn(database, 'completed'), newId()]
  for (const [args, says] of [
    [['retry-job'], /takes the id of a job/],
    [['retry-job', 'x'], /takes the id of a job/],
    [['retry-job', nobody], new RegExp(`no job ${nobody}`)],
    [['retry-job', done], /nothing to run again/],
  ] as const) {
    const { code, said } = await run(...args)
    assert.equal(code, 1)
    assert.match(said, says)
    assert.equal(said.trimEnd().split('\n').length, 1)
  }
})

import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { apiWeb, assertProblem } from '../../test/api.ts'
import { jobIn, queues } from '../../test/jobs.ts'
import { newId } from '../platform/ids.ts'
import { jobStates } from '../platform/jobs/reading.ts'

const { database, web, pool, people, ada, eve, root } = await apiWeb()
before(() => queues(database, web.deps))
beforeEach(() => pool.query('truncate pgboss.job cascade'))

const idsOf = (items: { id: string }[]) => items.map(({ id }) => id)

test('an admin reads a job with everything that went wrong in it', async () => {
  const id = await jobIn(database, 'discarded', {
    requestId: 'asked',
    stack: 'Error: at the very secret place',
  })
  const { status, body, text } = await root.get(`/jobs/${id}`)
  assert.equal(status, 200)
  assert.deepEqual(
    [body.kind, body.state, body.attempt, body.max_attempts, body.request_id],
    ['heartbeat', 'discarded', 25, 25, 'asked'],
  )
  assert.deepEqual(
    body.failures.map(({ attempt }: { attempt: number }) => attempt),
    [25, 24],
  )
  assert.equal(body.error, 'The mail server said no.')
  for (const moment of [body.created_at, body.started_at, body.finalized_at, body.failures[0].failed_at])
    assert.match(moment, /^\d{4}-.*Z$/)
  assert.ok(!text.includes('secret place'))
})

test('jobs are listed by state and by kind', async () => {
  const made = new Map<string, string>()
  for (const state of jobStates) made.set(state, await jobIn(database, state))
  for (const [state, id] of made) {
    const items = await root.all(`/jobs?state=${state}`)
    assert.deepEqual(
      items.map(({ id, state }) => [id, state]),
      [[id, state]],
    )
  }
  assert.equal((await root.all('/jobs?kind=heartbeat', 2)).length, jobStates.length)
  assert.deepEqual(await root.all('/jobs?kind=mail'), [])
  assert.deepEqual(await root.all('/jobs?kind=a%00b'), [])
  assertProblem(await root.get('/jobs?state=failed'), 'invalid', ['state'])
  assertProblem(await root.get('/jobs?kind='), 'invalid', ['kind'])
})

test('those that ended last come first, those of one moment one after another', async () => {
  for (let n = 0; n < 6; n++) await jobIn(database, 'completed')
  await pool.query(`update pgboss.job set started_on = '2026-01-01', created_on = '2026-01-01',
    completed_on = timestamptz '2026-01-01' + (abs(hashtext(id::text)) % 2) * interval '1 microsecond'`)
  const { rows } = await pool.query('select id from pgboss.job order by completed_on desc, id desc')
  for (const limit of [1, 4, 200]) assert.deepEqual(idsOf(await root.all('/jobs', limit)), idsOf(rows))
})

test('a job that was given up runs again, and one that waits is cancelled', async () => {
  const discarded = await jobIn(database, 'discarded')
  const retried = await root.post(`/jobs/${discarded}/retry`)
  assert.deepEqual([retried.status, retried.body.id, retried.body.state], [200, discarded, 'retryable'])
  const waiting = await jobIn(database, 'scheduled')
  const cancelled = await root.post(`/jobs/${waiting}/cancel`)
  assert.deepEqual([cancelled.status, cancelled.body.state], [200, 'cancelled'])
  const { rows } = await pool.query(
    `select kind, actor_id from audit where subject_id = any($1) order by at`,
    [[discarded, waiting]],
  )
  assert.deepEqual(
    rows,
    ['job_retried', 'job_cancelled'].map(kind => ({ kind, actor_id: people.root.id })),
  )
})

test('one that can’t be is a conflict, and none is not found', async () => {
  const done = await jobIn(database, 'completed')
  for (const verb of ['retry', 'cancel']) {
    assertProblem(await root.post(`/jobs/${done}/${verb}`), 'conflict')
    assertProblem(await root.post(`/jobs/${newId()}/${verb}`), 'not_found')
  }
  assertProblem(await root.get(`/jobs/${newId()}`), 'not_found')
})

test('for anybody but an admin there are no jobs', async () => {
  const id = await jobIn(database, 'discarded')
  for (const who of [ada, eve])
    for (const answer of [
      await who.get('/jobs'),
      await who.get('/jobs?state=x'),
      await who.get(`/jobs/${id}`),
      await who.post(`/jobs/${id}/retry`),
      await who.post(`/jobs/${id}/cancel`),
    ])
      assertProblem(answer, 'not_found')
  assert.equal((await root.get(`/jobs/${id}`)).body.state, 'discarded')
})

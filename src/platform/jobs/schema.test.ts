import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PgBoss } from 'pg-boss'
import { z } from 'zod'
import { testDatabase } from '../../../test/database.ts'
import { transaction } from '../database/database.ts'
import { enqueue } from './enqueue.ts'
import { job, jobKind } from './kinds.ts'
import { declareQueues } from './queues.ts'

const database = await testDatabase()
const { db, pool } = database
const kind = jobKind('greet', z.strictObject({ name: z.string() }))
const definition = job({ kind, run: async () => {} })

const started = async () => {
  const boss = new PgBoss({ ...database.config, migrate: false, supervise: false, schedule: false } as object)
  boss.on('error', () => {})
  return boss.start()
}

test("the migrations make the queue's tables as pg-boss makes them itself", async () => {
  const boss = await started()
  const report = await boss.detectSchemaDrift()
  await boss.stop({ graceful: false })
  assert.equal(report.ok, true, JSON.stringify(report))
  // Ours: what an admin is shown, what a request enqueued, and where the sweep looks.
  assert.deepEqual(report.extraIndexes.map(({ name }) => name).sort(), [
    'job_listed',
    'job_request',
    'job_taken_again',
    'job_taken_back',
  ])
})

test('a job enqueued in a transaction is the row that pg-boss would send', async () => {
  await declareQueues(pool, [definition])
  const boss = await started()
  const sent = await boss.send('greet', { payload: { name: 'Ada' }, request_id: 'r' })
  const enqueued = await transaction(db, tx => enqueue(tx, kind, { name: 'Ada' }, { requestId: 'r' }))
  await boss.stop({ graceful: false })
  const row = async (id: string | null) =>
    (
      await pool.query(
        `select to_jsonb(job) - 'id' - 'created_on' - 'start_after' - 'keep_until'
           || jsonb_build_object('kept', keep_until - start_after, 'delay', start_after - created_on) as row
         from pgboss.job where id = $1`,
        [id],
      )
    ).rows[0].row
  assert.deepEqual(await row(enqueued), await row(sent))
})

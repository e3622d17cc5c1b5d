import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { connect } from '../../src/platform/database/database.ts'
import { migrateUp } from '../../src/platform/database/migrate.ts'
import { openPool } from '../../src/platform/database/pool.ts'
import { urlOf } from '../database.ts'
import { dataDirectory, hold, serverPid } from './holding.ts'
import { isDone, prepare, put, startWorker, until } from './working.ts'

/** How Postgres goes, and for how long: after ten seconds a worker's jobs are somebody else's. */
const OUTAGES = [
  ['a fast shutdown', 'SIGINT', 3_000],
  ['an immediate shutdown', 'SIGQUIT', 14_000],
  ['a kill', 'SIGKILL', 3_000],
] as const

test('Postgres goes and comes back under a busy worker, which goes on by itself and loses nothing', async t => {
  const dataDir = dataDirectory()
  const holder = await hold(dataDir, 'start')
  const { pool, close } = openPool(holder.said.pool, () => {})
  after(() => close(1_000))
  await migrateUp(pool)
  const database = { pool, db: connect(pool), url: urlOf(holder.said.pool) }
  await prepare(database)
  const worker = await startWorker(database)

  // Enqueues all the time. What is refused may be there or not; what is answered must be.
  const answered: number[] = []
  let next = 1
  let refused = 0
  let enough = false
  const produce = async () => {
    while (!enough) {
      const n = next++
      await put(database, { n, takes: n % 50 }).then(
        () => answered.push(n),
        () => refused++,
      )
      await setTimeout(5)
    }
  }
  const producing = Promise.all([produce(), produce()])
  after(() => {
    enough = true
  })

  const putAndSee = async () => {
    const n = next++
    // Postgres, too, needs a moment to come back.
    return put(database, { n })
      .then(() => until('it is done', 5, () => isDone(database, n)))
      .catch(() => false)
  }

  for (const [how, signal, ms] of OUTAGES) {
    await until('the worker works', 30, async () => putAndSee())
    const before = worker.lines().length
    // Who holds Postgres starts it again as soon as it has gone, unless asleep.
    holder.child.kill('SIGSTOP')
    process.kill(serverPid(dataDir) ?? 0, signal)
    await setTimeout(ms)
    const lostOf = (lines: Record<string, unknown>[]) =>
      lines.filter(({ msg }) => msg === 'job queue without its database')
    await until(
      `in ${how} the worker says so`,
      30,
      async () => lostOf(worker.lines().slice(before)).length > 0,
    )
    const said = worker.lines().slice(before)
    holder.child.kill('SIGCONT')
    const lost = lostOf(said)
    assert.equal(lost.length, 1, how)
    assert.match(String(lost[0]?.reason), /\w+/)
    // Idle connections are told one by one, and there are ten at most; a job that runs may fail for want of one.
    assert.ok(
      said.length <= 40,
      `${how}: ${said.length} lines\n${said.map(line => JSON.stringify(line)).join('\n')}`,
    )
    await until(`after ${how} the worker works`, 60, async () => putAndSee())
    // A second after the last time it was missed, which may be after it worked again.
    await until(`after ${how} the worker says so`, 30, async () =>
      worker.lines().some(({ msg }, at) => at >= before && msg === 'job queue has its database again'),
    )
    t.diagnostic(`${how}: ${said.length} lines in ${ms / 1000} s`)
  }

  enough = true
  await producing
  assert.ok(refused > 0 && answered.length > 200)
  await until('all is done', 60, async () => {
    const { rowCount } = await pool.query(
      `select from pgboss.job where name = 'work' and state <> 'completed'`,
    )
    return rowCount === 0
  })
  const { rows } = await pool.query<{ n: number }>('select n from effects')
  const effects = new Set(rows.map(({ n }) => n))
  assert.deepEqual(
    answered.filter(n => !effects.has(n)),
    [],
  )
  t.diagnostic(`${answered.length} jobs answered, ${refused} refused`)
  assert.equal(await worker.end('SIGTERM'), 0)
  await holder.stop()
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { dataDirectory, hasEnded, hold, query, serverPid } from './holding.ts'

const RECOVERED = 'The database was not stopped properly last time: Postgres has recovered it.'
const TAKEN_OVER = 'A Postgres left running by a crash was taken over.'

function pidOf(dataDir: string): number {
  const pid = serverPid(dataDir)
  assert.ok(pid !== undefined, 'no server runs')
  return pid
}

test('a Postgres left by a killed process is taken over, with all that was written', async () => {
  const dataDir = dataDirectory()
  const first = await hold(dataDir, 'start')
  await query(first.said.pool, 'create table kept as select 1 as n')
  const pid = pidOf(dataDir)
  await first.kill()
  const second = await hold(dataDir, 'start')
  assert.deepEqual(second.said.notes, [TAKEN_OVER])
  assert.equal(second.said.startedHere, false)
  assert.equal(pidOf(dataDir), pid)
  assert.deepEqual(await query(second.said.pool, 'select n from kept'), [{ n: 1 }])
  await second.stop()
  assert.equal(serverPid(dataDir), undefined)
  assert.ok(await hasEnded(pid))
})

test('after a killed Postgres and a killed process the next start recovers and says so', async () => {
  const dataDir = dataDirectory()
  const first = await hold(dataDir, 'start')
  await query(first.said.pool, 'create table kept as select 1 as n')
  first.child.kill('SIGKILL')
  process.kill(pidOf(dataDir), 'SIGKILL')
  const second = await hold(dataDir, 'start')
  assert.deepEqual(second.said.notes, [RECOVERED])
  assert.deepEqual(await query(second.said.pool, 'select n from kept'), [{ n: 1 }])
  await second.stop()
  const third = await hold(dataDir, 'start')
  assert.deepEqual(third.said.notes, [])
  await third.stop()
})

test('a Postgres that is killed in use is started again by the process that uses it', async () => {
  const dataDir = dataDirectory()
  const holder = await hold(dataDir, 'start')
  const pid = pidOf(dataDir)
  process.kill(pid, 'SIGKILL')
  for (let waited = 0; holder.lines.length === 0 && waited < 20_000; waited += 50) await setTimeout(50)
  assert.deepEqual(holder.lines, [{ log: 'Postgres had ended: it was started again.' }])
  assert.deepEqual(await query(holder.said.pool, 'select 1 as n'), [{ n: 1 }])
  const second = await hold(dataDir, 'start')
  assert.match(second.said.message, new RegExp(`process ${holder.child.pid}\\b`))
  await holder.stop()
  assert.equal(serverPid(dataDir), undefined)
})

test('several processes that start at once share one database, a new one and one that is there', async () => {
  const dataDir = dataDirectory()
  for (let round = 0; round < 3; round++) {
    const holders = await Promise.all(['join', 'join', 'join', 'join'].map(purpose => hold(dataDir, purpose)))
    assert.deepEqual(
      holders.map(({ said }) => said.message),
      [undefined, undefined, undefined, undefined],
    )
    assert.equal(holders.filter(({ said }) => said.startedHere).length, 1)
    for (const { said } of holders) assert.deepEqual(await query(said.pool, 'select 1 as n'), [{ n: 1 }])
    await Promise.all(holders.map(holder => holder.stop()))
    assert.equal(serverPid(dataDir), undefined)
  }
})

test('of two starts at once one serves and the other is told which process does', async () => {
  const dataDir = dataDirectory()
  const holders = await Promise.all([hold(dataDir, 'start'), hold(dataDir, 'start')])
  const [winner, ...more] = holders.filter(({ said }) => said.error === undefined)
  const loser = holders.find(({ said }) => said.error !== undefined)
  assert.equal(more.length, 0)
  assert.equal(loser?.said.error, 'EmbeddedError')
  assert.match(
    loser?.said.message ?? '',
    new RegExp(`^Another xtablo start \\(process ${winner?.child.pid}\\) already`),
  )
  await winner?.stop()
  assert.equal(serverPid(dataDir), undefined)
})

test('the last process to leave stops Postgres, and no other does', async () => {
  const dataDir = dataDirectory()
  const start = await hold(dataDir, 'start')
  const worker = await hold(dataDir, 'join')
  const status = await hold(dataDir, 'read')
  await start.stop()
  await status.stop()
  assert.deepEqual(await query(worker.said.pool, 'select 1 as n'), [{ n: 1 }])
  const pid = pidOf(dataDir)
  await worker.stop()
  assert.ok(await hasEnded(pid))
})

test('processes that come while others leave always find a database', async () => {
  const dataDir = dataDirectory()
  const comeAndGo = async () => {
    for (let round = 0; round < 5; round++) {
      const holder = await hold(dataDir)
      assert.equal(holder.said.message, undefined)
      assert.deepEqual(await query(holder.said.pool, 'select 1 as n'), [{ n: 1 }])
      await holder.stop()
      assert.deepEqual(holder.lines, [])
    }
  }
  await Promise.all([comeAndGo(), comeAndGo(), comeAndGo()])
  assert.equal(serverPid(dataDir), undefined)
})

test('a lock file whose process is another program holds nobody up', async () => {
  const dataDir = dataDirectory()
  const first = await hold(dataDir)
  const path = join(dataDir, 'postgres/cluster/postmaster.pid')
  const lock = readFileSync(path, 'utf8')
  const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  await first.stop()
  const stranger = spawn('sleep', ['100'], { stdio: 'ignore', ...account })
  after(() => stranger.kill())
  writeFileSync(path, lock.replace(/^\d+/, String(stranger.pid)), { mode: 0o644 })
  const second = await hold(dataDir, 'start')
  assert.equal(second.said.message, undefined)
  await second.stop()
  assert.equal(existsSync(path), false)
})

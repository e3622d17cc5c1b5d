import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mock, test } from 'node:test'
import { pino } from 'pino'
import { Overload } from './overload.ts'

/** A pool, an event loop and a clock that do what the test says, in milliseconds. */
function judged() {
  const pool = Object.assign(new EventEmitter(), { waitingCount: 0 })
  const lines: { msg: string; refused?: number }[] = []
  const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line)) })
  let now = 10_000
  let rounds: (() => void)[] = []
  let drawn = 0.5
  const clock = {
    now: () => now,
    afterRound: (then: () => void) => void rounds.push(then),
    random: () => drawn,
  }
  const overload = new Overload(pool, log, clock)
  return {
    pool,
    lines,
    overload,
    pass: (ms: number) => {
      now += ms
    },
    draw: (next: number) => {
      drawn = next
    },
    /** A connection comes free for somebody who waited. */
    take: (waiting: number) => {
      pool.waitingCount = waiting
      pool.emit('acquire')
    },
    /** A round of the event loop in which a request comes; gives whether that is taken on. */
    round: (ms: number) => {
      const admitted = overload.admits()
      now += ms
      const over = rounds
      rounds = []
      for (const then of over) then()
      return admitted
    },
  }
}

/** So many connections come free one after another, and somebody waits all the while. */
function flow(
  { take, pass }: ReturnType<typeof judged>,
  { every, waiting }: { every: number; waiting: number },
) {
  for (let n = 0; n < 500; n++) {
    pass(every)
    take(waiting)
  }
}

test('many who wait are taken on while connections come free quickly', () => {
  const judge = judged()
  flow(judge, { every: 0.5, waiting: 150 })
  assert.equal(judge.overload.admits(), true)
})

test('who would wait longer than a tenth of a second for a connection is refused, and nobody once the queue is shorter', () => {
  const judge = judged()
  flow(judge, { every: 2, waiting: 60 })
  assert.equal(judge.overload.admits(), false)
  judge.pool.waitingCount = 40
  assert.equal(judge.overload.admits(), true)
})

test('the queue stays as long as it may be, whatever is asked: no request is refused for an empty one', () => {
  const judge = judged()
  flow(judge, { every: 2, waiting: 30 })
  let admitted = 0
  for (let n = 0; n < 1_000; n++) {
    if (!judge.overload.admits()) continue
    admitted++
    judge.pool.waitingCount++
  }
  assert.ok(judge.pool.waitingCount >= 45 && judge.pool.waitingCount <= 51, `${judge.pool.waitingCount} wait`)
  assert.equal(judge.overload.refused, 1_000 - admitted)
})

test('twenty may wait however slow it was before', () => {
  const judge = judged()
  flow(judge, { every: 400, waiting: 5 })
  judge.pool.waitingCount = 20
  assert.equal(judge.overload.admits(), true)
  judge.pool.waitingCount = 21
  assert.equal(judge.overload.admits(), false)
})

test('when no connection comes free for a second, everybody who is new is refused until one does', () => {
  const judge = judged()
  judge.take(0)
  judge.pass(60_000)
  judge.pool.waitingCount = 1
  assert.equal(judge.overload.admits(), true, 'a long pause before is none of theirs')
  judge.pass(1_001)
  assert.equal(judge.overload.admits(), false)
  judge.take(1)
  assert.equal(judge.overload.admits(), true)
})

test('a pause in which nobody waited says nothing about how fast connections come free', () => {
  const judge = judged()
  flow(judge, { every: 0.5, waiting: 1 })
  judge.take(0)
  judge.pass(60_000)
  judge.take(30)
  assert.equal(judge.overload.admits(), true)
})

test('one long round of the event loop refuses nobody', () => {
  const judge = judged()
  assert.equal(judge.round(60_000), true)
  judge.draw(0.999)
  for (let n = 0; n < 10; n++) assert.equal(judge.round(1), true)
})

test('rounds that stay long refuse the share that makes them too long', () => {
  const judge = judged()
  for (let n = 0; n < 40; n++) judge.round(500)
  judge.draw(0.49)
  assert.equal(judge.round(500), true)
  judge.draw(0.51)
  assert.equal(judge.round(500), false)
})

test('what was measured before a pause refuses nobody after it', () => {
  const judge = judged()
  for (let n = 0; n < 40; n++) judge.round(1_000)
  judge.draw(0.999)
  assert.equal(judge.round(1), false)
  judge.pass(1_100)
  assert.equal(judge.round(1), true)
})

test('that it begins and that it has ended is one line each, with how many were refused', t => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const judge = judged()
  flow(judge, { every: 5, waiting: 100 })
  for (let n = 0; n < 7; n++) judge.overload.admits()
  mock.timers.tick(5_000)
  judge.overload.admits()
  mock.timers.tick(5_000)
  assert.equal(judge.overload.shedding, true)
  assert.deepEqual(
    judge.lines.map(({ msg }) => msg),
    ['overloaded: new requests are refused'],
  )
  mock.timers.tick(5_000)
  assert.equal(judge.overload.shedding, false)
  assert.deepEqual(judge.lines.map(({ msg, refused }) => [msg, refused]).at(1), ['overload has ended', 8])
  assert.equal(judge.overload.refused, 8)
})

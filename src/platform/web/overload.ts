// When more is asked than can be answered, whoever waits longest is answered too late to care, and everybody waits
// longest. So what is under way goes on, and what comes is refused at once while it would only wait. Two things are
// waited for. A connection of the pool: how many wait and how fast connections come free tell how long the next one
// would, at the very moment it comes, so the queue stays as long as it may be and the database is never idle. And the
// event loop: a round that takes long holds everybody up, and of what comes the share is refused that makes it too
// long; a single long round, as a garbage collection makes one, is not overload. Nothing runs by itself: each request
// measures its round.

import type pg from 'pg'
import type { Log } from '../log.ts'

/** Milliseconds to wait for a connection. A page takes one several times, so it waits some three times as long. */
const LONGEST_WAIT_MS = 100
/** Milliseconds that the rounds of the event loop may take, on average */
const LONG_ROUND_MS = 250
/** So many may wait whatever the measure says: many at one moment are no overload. */
const MAY_WAIT = 20
/** Milliseconds in which not one connection came free although somebody waits. */
const STUCK_MS = 1_000
/** The share that the newest has in an average, of connections and of rounds. */
const NEWEST_CONNECTION = 0.02
const NEWEST_ROUND = 0.2
/** A round counts as this long at the most, so that one alone never passes the limit. */
const COUNTED_ROUND_MS = LONG_ROUND_MS / NEWEST_ROUND - 1
/** After such a pause, what was measured says nothing about now. */
const FORGOTTEN_MS = 1_000
/** Without a refusal for so long, it has ended. */
const QUIET_MS = 5_000

type Queue = Pick<pg.Pool, 'waitingCount'> & { on(event: 'acquire', listener: () => void): unknown }

interface Clock {
  /** Milliseconds */
  now(): number
  /** Calls back when the event loop has done what came in this round. */
  afterRound(then: () => void): void
  /** From 0 to below 1 */
  random(): number
}

const CLOCK: Clock = {
  now: () => performance.now(),
  afterRound: then => void setImmediate(then),
  random: Math.random,
}

/** What one process may take on. `refused` counts since its start, `shedding` tells whether it refuses these seconds. */
export class Overload {
  refused = 0
  shedding = false
  readonly #log: Log
  readonly #clock: Clock
  readonly #connections: ConnectionWait
  readonly #rounds: Rounds

  constructor(pool: Queue, log: Log, clock: Clock = CLOCK) {
    this.#log = log
    this.#clock = clock
    this.#connections = new ConnectionWait(pool, clock)
    this.#rounds = new Rounds(clock)
  }

  /** Whether to take on one more request; one that is not is counted. */
  admits(): boolean {
    this.#rounds.measure()
    const wait = this.#connections.next()
    const round = this.#rounds.length()
    if (wait <= LONGEST_WAIT_MS && !this.#tooMuchFor(round)) return true
    this.refused++
    if (!this.shedding) this.#begin(wait, round)
    return false
  }

  #tooMuchFor(round: number): boolean {
    return round > LONG_ROUND_MS && this.#clock.random() >= LONG_ROUND_MS / round
  }

  #begin(wait: number, round: number): void {
    this.shedding = true
    const measured = { connection_wait_ms: Math.round(wait), event_loop_ms: Math.round(round) }
    this.#log.warn(measured, 'overloaded: new requests are refused')
    this.#endWhenQuiet(this.refused - 1, this.#clock.now())
  }

  #endWhenQuiet(before: number, since: number): void {
    let seen = this.refused
    const timer = setInterval(() => {
      if (this.refused > seen) {
        seen = this.refused
        return
      }
      clearInterval(timer)
      this.shedding = false
      const seconds = Math.round((this.#clock.now() - since) / 1000)
      this.#log.warn({ refused: this.refused - before, seconds }, 'overload has ended')
    }, QUIET_MS)
    timer.unref()
  }
}

/** How long the next request would wait for a connection. */
class ConnectionWait {
  readonly #pool: Queue
  readonly #clock: Clock
  /** Milliseconds from one connection to the next while somebody waits, on average */
  #each = 0
  #latest: number
  #waitedFor = false
  /** Since when somebody waits and nothing came free */
  #since: number | undefined

  constructor(pool: Queue, clock: Clock) {
    this.#pool = pool
    this.#clock = clock
    this.#latest = clock.now()
    pool.on('acquire', () => this.#taken())
  }

  next(): number {
    const waiting = this.#pool.waitingCount
    if (waiting === 0) return 0
    this.#since ??= this.#clock.now()
    const stuck = this.#clock.now() - this.#since
    if (stuck > STUCK_MS) return stuck
    return waiting > MAY_WAIT ? waiting * this.#each : 0
  }

  #taken(): void {
    const at = this.#clock.now()
    // The time since the one before says how fast they come free only if somebody waited all the while.
    if (this.#waitedFor) this.#each += (at - this.#latest - this.#each) * NEWEST_CONNECTION
    this.#latest = at
    this.#waitedFor = this.#pool.waitingCount > 0
    this.#since = undefined
  }
}

/** How long the rounds of the event loop take in which requests come. */
class Rounds {
  readonly #clock: Clock
  #average = 0
  #measured = 0
  #measuring = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  measure(): void {
    if (this.#measuring) return
    this.#measuring = true
    const from = this.#clock.now()
    if (from - this.#measured > FORGOTTEN_MS) this.#average = 0
    this.#clock.afterRound(() => {
      this.#measuring = false
      this.#measured = this.#clock.now()
      const took = Math.min(this.#measured - from, COUNTED_ROUND_MS)
      this.#average += (took - this.#average) * NEWEST_ROUND
    })
  }

  length(): number {
    return this.#average
  }
}

// Requests that are sent at their moment, whatever became of the earlier ones. Written to bare sockets, since what sends
// twice what a server can do, on the server's own machine, must cost next to nothing.

import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** Milliseconds between two looks at what is due */
const TICK = 4
/** Of connections, so that what is not answered does not end the measurement for want of sockets */
const MOST_CONNECTIONS = 600

export interface Flood {
  /** Milliseconds, of each answer with 200, in their order */
  times: number[]
  /** Answers by 503 */
  refused: number
  /** Other answers, connections that broke, and what was not answered when it was over */
  lost: number
}

/** Asks for a page so many times a second, for some seconds. */
export async function flood(
  url: URL,
  headers: Record<string, string>,
  { rate, seconds, signal }: { rate: number; seconds: number; signal: AbortSignal },
): Promise<Flood> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const text = Buffer.from(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n${lines.join('')}\r\n`)
  const done: Flood = { times: [], refused: 0, lost: 0 }
  const idle: Line[] = []
  const all = new Set<Line>()
  const open = (): Line => {
    const line = new Line(connect({ host: url.hostname, port: Number(url.port), noDelay: true }))
    all.add(line)
    line.closed = () => all.delete(line)
    return line
  }
  const send = () => {
    const line = idle.pop() ?? (all.size < MOST_CONNECTIONS ? open() : undefined)
    if (!line) return void done.lost++
    const from = performance.now()
    line.ask(text, status => {
      if (status === 200) done.times.push(performance.now() - from)
      else if (status === 503) done.refused++
      else done.lost++
      if (status !== 0) idle.push(line)
    })
  }
  const started = performance.now()
  for (let count = 0; performance.now() - started < seconds * 1_000; await setTimeout(TICK)) {
    signal.throwIfAborted()
    for (const due = ((performance.now() - started) / 1_000) * rate; count < due; count++) send()
  }
  const result = { ...done, lost: done.lost + all.size - idle.length }
  for (const line of all) line.end()
  return { ...result, times: [...result.times] }
}

/** A connection with one request at a time. */
class Line {
  readonly #socket: Socket
  #answered: ((status: number) => void) | undefined
  #status = 0
  /** Bytes of the answer that are still to come; undefined before its head */
  #left: number | undefined
  closed = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed()
      this.#finish(0)
    })
  }

  ask(text: Buffer, answered: (status: number) => void): void {
    this.#answered = answered
    this.#socket.write(text)
  }

  end(): void {
    this.#answered = undefined
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    if (this.#left === undefined) {
      // A head comes in one piece on the loopback address.
      const end = chunk.indexOf('\r\n\r\n')
      const head = chunk.toString('latin1', 0, Math.max(0, end))
      this.#status = Number(head.slice(9, 12))
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
      if (end < 0 || length === undefined) return void this.#socket.destroy()
      this.#left = Number(length) - (chunk.length - end - 4)
    } else this.#left -= chunk.length
    if (this.#left > 0) return
    this.#left = undefined
    this.#finish(this.#status)
  }

  #finish(status: number): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.(status)
  }
}

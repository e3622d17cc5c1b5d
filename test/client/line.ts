// A line to the server that breaks when it is told to.

import { type AddressInfo, connect, createServer } from 'node:net'
import { after } from 'node:test'

export interface Line {
  baseUrl: string
  /** The next so many answers are lost: the server has done its work, and the connection breaks before it is told. */
  loseAnswers(count: number): void
  /** How many connections were broken. */
  broken(): number
}

/** Opens a line to a port of this machine. It ends with the tests of the file. */
export async function line(port: number): Promise<Line> {
  let losing = 0
  let broken = 0
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy())
    near.pipe(far)
    far.on('data', bytes => {
      if (losing === 0) return near.write(bytes)
      losing--
      broken++
      return near.destroy()
    })
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  after(() => server.close())
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswers: count => {
      losing = count
    },
    broken: () => broken,
  }
}

// The first floor: node:http, one query by a primary key, and a constant of the size that is asked for. What a page
// costs above this is what Xtablo costs.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

const pool = new pg.Pool({ ...JSON.parse(process.env.BENCH_POOL ?? '{}'), max: 10 })
const { rows } = await pool.query<{ id: string }>('select id from users limit 1')
const id = rows[0]?.id
const bodies = new Map<number, Buffer>()

const server = createServer((request, response) => {
  const size = Number(request.url?.split('=')[1] ?? 0)
  if (request.method === 'GET') return void answer(response, size)
  request.on('end', () => answer(response, size)).resume()
})

async function answer(response: ServerResponse, size: number): Promise<void> {
  try {
    await pool.query('select name from users where id = $1', [id])
    const body = bodies.getOrInsertComputed(size, () => Buffer.alloc(size, 'x'))
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': size })
    response.end(body)
  } catch {
    response.writeHead(500).end()
  }
}

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())

// The floor of uploads and downloads: bare busboy to a file on the same disk, and that file back. No session, no hash,
// no row, and nobody waits for the disk.

import { createReadStream, createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'

const folder = process.env.BENCH_FOLDER ?? ''
let count = 0

const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    const file = createReadStream(join(folder, '1'))
    return void pipeline(file, response).catch(() => {})
  }
  const parser = busboy({ headers: request.headers })
  const written: Promise<void>[] = []
  parser.on('file', (_, file) => {
    count++
    written.push(pipeline(file, createWriteStream(join(folder, String(count)))))
  })
  await pipeline(request, parser)
  await Promise.all(written)
  response.writeHead(303).end()
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())

// Many large uploads at once, into a web process of its own, whose memory is watched: it must not grow with what passes
// through. The storage of the second test is one that throws away what it is given.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { cast, sessionOf, tabloOf } from '../cast.ts'
import { type Command, xtablo } from '../command.ts'
import { testDatabase } from '../database.ts'
import { startFakeS3 } from '../fake-s3.ts'

const UPLOADS = 20
const MIB = 1_048_576
const SIZE = 500 * MIB
const TIMEOUT = { timeout: 400_000 }

const database = await testDatabase()
const { pool } = database
const people = await cast(database)
const token = await sessionOf(database, people.ada)
const CHUNK = Buffer.alloc(256 * 1024, 'Xtablo ')

function* multipart(boundary: string, name: string): Generator<Buffer> {
  yield Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\n`,
  )
  for (let left = SIZE; left > 0; left -= CHUNK.length) yield CHUNK
  yield Buffer.from(`\r\n--${boundary}--\r\n`)
}

async function upload(address: string, path: string, name: string): Promise<number> {
  const { origin } = new URL(address)
  const boundary = 'between-the-parts'
  const headers = {
    Cookie: `xtablo_session=${token}`,
    Origin: origin,
    'Content-Type': `multipart/form-data; boundary=${boundary}`,
  }
  const asked = request(new URL(path, address), { method: 'POST', headers })
  const answered = once(asked, 'response')
  await pipeline(Readable.from(multipart(boundary, name)), asked)
  const [answer] = await answered
  answer.resume()
  return answer.statusCode
}

/** Bytes: the most that a process ever had in memory. */
function peakOf({ process }: Command): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

async function uploadAll(environment: Record<string, string>): Promise<number> {
  const path = `/tablos/${await tabloOf(database, people)}/files`
  const web = xtablo(database, ['web'], { MAX_UPLOAD_SIZE_MB: '600', ...environment })
  const [, address = ''] = await web.says(/Xtablo is ready: (\S+)/)
  const statuses = await Promise.all(
    Array.from({ length: UPLOADS }, (_, n) => upload(address, path, `${n}.txt`)),
  )
  assert.deepEqual(new Set(statuses), new Set([303]), web.said())
  const { rows } = await pool.query(
    `select count(*)::int, count(distinct sha256)::int as hashes, min(size), max(size) from files where state = 'stored' and tablo_id = $1`,
    [path.split('/')[2]],
  )
  assert.deepEqual(rows, [{ count: UPLOADS, hashes: 1, min: SIZE, max: SIZE }])
  const peak = peakOf(web)
  web.process.kill('SIGTERM')
  assert.equal(await web.ended, 0)
  return peak
}

const linux = { skip: process.platform !== 'linux' && 'memory is read from /proc' }

test('20 uploads of 500 MB at once stay under 300 MB of memory on a folder', {
  ...TIMEOUT,
  ...linux,
}, async t => {
  const peak = await uploadAll({})
  t.diagnostic(`${Math.round(peak / MIB)} MiB at the most`)
  assert.ok(peak < 300 * MIB, `${Math.round(peak / MIB)} MiB`)
})

test('20 uploads of 500 MB at once stay under 400 MB of memory on S3', { ...TIMEOUT, ...linux }, async t => {
  const fake = await startFakeS3()
  fake.before = async (operation, answer) => {
    if (operation !== 'PUT part') return true
    answer.req.resume()
    await once(answer.req, 'end')
    answer.writeHead(200, { ETag: '"x"' }).end()
    return false
  }
  const { bucket, endpoint = '', accessKey, secretKey } = fake.options
  const peak = await uploadAll({
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY: accessKey,
    S3_SECRET_KEY: secretKey,
  })
  t.diagnostic(`${Math.round(peak / MIB)} MiB at the most`)
  assert.equal(fake.objects.size, UPLOADS)
  assert.ok(peak < 400 * MIB, `${Math.round(peak / MIB)} MiB`)
})

import assert from 'node:assert/strict'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { xtablo } from '../../test/command.ts'
import { temporaryFolder } from '../../test/folder.ts'
import { type HealthCheck, serveHealth } from './health-socket.ts'

const ask = (socketPath: string) =>
  new Promise<[number | undefined, string]>((resolve, reject) => {
    get({ socketPath }, async answer => resolve([answer.statusCode, await text(answer)])).on('error', reject)
  })

test('a process is not well before its parts are there, and then by the worst of them', async t => {
  const path = join(temporaryFolder(), 'health.sock')
  const parts: Record<string, HealthCheck> = {}
  const { stop } = await serveHealth(path, parts)
  t.after(stop)
  assert.deepEqual(await ask(path), [503, 'it starts\n'])
  parts.web = async () => undefined
  assert.deepEqual(await ask(path), [200, 'web: well\n'])
  parts.worker = async () => 'nothing heard'
  assert.deepEqual(await ask(path), [503, 'worker: nothing heard\n'])
  parts.web = () => Promise.reject(new Error('it can’t be asked'))
  assert.deepEqual(await ask(path), [503, 'web: it can’t be asked; worker: nothing heard\n'])
  await stop()
  await assert.rejects(ask(path), { code: 'ENOENT' })
})

test('healthcheck waits four seconds for a process that is stuck', async t => {
  const path = join(temporaryFolder(), 'health.sock')
  const stuck = createServer(() => {})
  await new Promise<void>(resolve => stuck.listen(path, resolve))
  t.after(() => stuck.close())
  const { ended, said } = xtablo({ url: '' }, ['healthcheck'], { HEALTH_SOCKET: path })
  assert.equal(await ended, 1)
  assert.match(
    said(),
    /^Nothing answers on .* \(4000 ms without an answer\): it starts, ends, or is stuck\.$/m,
  )
})

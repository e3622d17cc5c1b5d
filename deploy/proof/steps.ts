// What is done with the running stack, in order: what people do, then what happens to a server.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect } from 'node:http2'
import { setTimeout } from 'node:timers/promises'
import { putLoad } from './load.ts'
import type { Machine } from './machine.ts'
import { DOMAIN, type Service, type Stack, until } from './stack.ts'
import { Visitor } from './visitor.ts'

type Step = readonly [what: string, work: () => Promise<unknown>]

export function steps(machine: Machine, stack: Stack): Step[] {
  let ca = ''
  let ada: Visitor
  let tablo = ''

  const page = async () => {
    const root = '/data/caddy/pki/authorities/local/root.crt'
    await until('Caddy has made its certificate authority', async () => {
      ca = await machine.podman('exec', await stack.name('caddy'), 'cat', root)
      return ca
    })
    ada = new Visitor({ domain: DOMAIN, port: stack.port, ca })
    // Asked before Xtablo is up, Caddy waits for it.
    const answer = await ada.get('/login', { 'Accept-Encoding': 'gzip', 'X-Forwarded-For': '203.0.113.9' })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['content-encoding'], 'gzip')
    assert.equal(answer.body.subarray(0, 2).toString('hex'), '1f8b')
    assert.match(String(answer.headers['alt-svc']), /h3=":443"/)
    assert.equal((await overHttp2(stack.port, ca)).status, 200)
    const wrong = new Visitor({ domain: DOMAIN, port: stack.port, ca: '' })
    await assert.rejects(wrong.get('/login'), /certificate/)
  }

  const signUp = async () => {
    const link = /https:\/\/\S+(\/setup\/[\w-]+)/.exec(await stack.logs('web'))?.[1] ?? ''
    const person = { name: 'Ada', email: 'ada@example.org', password: 'correct horse battery' }
    assert.equal((await ada.post(link, person)).status, 303)
    assert.equal((await ada.get('/')).status, 200)
    const kept = await stack.sql('select address from sessions').catch(() => '')
    assert.ok(!kept.includes('203.0.113.9'))
  }

  const work = async () => {
    const made = await ada.post('/tablos', { title: 'Proof', color: 'blue', description: '' })
    assert.equal(made.status, 303, made.body.toString())
    tablo = String(made.headers.location)
    assert.equal((await ada.post(`${tablo}/tasks`, { title: 'Prove it' })).status, 303)
    assert.match((await ada.get(`${tablo}/tasks`)).body.toString(), /Prove it/)
    const bytes = randomBytes(3 * 1_048_576)
    const form = new FormData()
    form.append('file', new File([bytes], 'proof.bin'))
    const sent = await ada.post(`${tablo}/files`, form)
    assert.equal(sent.status, 303, sent.body.toString())
    const id = (await stack.sql('select id from files')).trim()
    const back = await ada.get(`${tablo}/files/${id}`, { 'Accept-Encoding': 'gzip, zstd' })
    assert.ok(back.body.equals(bytes), `${back.body.length} bytes came back`)
    const part = await ada.get(`${tablo}/files/${id}`, { Range: 'bytes=5-9', 'Accept-Encoding': 'zstd' })
    assert.deepEqual([part.status, part.body], [206, bytes.subarray(5, 10)])
  }

  const job = async () => {
    const answer = await ada.post('/debug/enqueue-test')
    const id = /job id=(\S+)/.exec(answer.body.toString())?.[1] ?? ''
    await until('the worker has run the job', async () => (await stack.logs('worker')).includes(id))
    return id
  }

  const healthy = async () => {
    for (const service of ['postgres', 'web', 'worker', 'caddy'] as const)
      await until(`${service} is well`, () => stack.well(service))
  }

  const postgresRestarts = async () => {
    const postgres = await stack.name('postgres')
    await machine.podman('stop', '-t', '20', postgres)
    const ready = await ada.get('/readyz')
    assert.deepEqual([ready.status, ready.body.toString()], [503, '{"status":"degraded","db":"down"}'])
    const said = (await Promise.all([stack.says('web'), stack.says('worker')])).join(', ')
    assert.equal(said, 'web: the database does not answer, worker: the database does not answer')
    await machine.podman('start', postgres)
    await until('it is ready again', async () => (await ada.get('/readyz')).status === 200)
    await job()
    await healthy()
    return said
  }

  const change = (tag: string) => async () => {
    const load = putLoad(ada, tablo)
    await setTimeout(1_000)
    await stack.upgrade(tag).catch(async error => {
      await load.stop()
      throw error
    })
    await setTimeout(1_000)
    const { sent, failed, made, slowestMs } = await load.stop()
    assert.deepEqual(failed, [])
    const titles = (await stack.sql(`select title from tasks where title like 'Under load%'`)).split('\n')
    assert.equal(new Set(titles).size, titles.length, 'none twice')
    assert.ok(
      made.every(title => titles.includes(title)),
      'none lost',
    )
    for (const service of ['web', 'worker'] as const) {
      const image = await machine.podman('inspect', '--format', '{{.ImageName}}', await stack.name(service))
      assert.match(image, new RegExp(`xtablo:${tag}$`))
    }
    await stack.sql(`delete from tasks where title like 'Under load%'`)
    return `${sent} requests, none failed, the slowest took ${slowestMs} ms`
  }

  const terminate = async () => {
    for (const service of ['worker', 'web'] as const) {
      const name = await stack.name(service)
      await machine.podman('stop', '-t', '15', name)
      assert.equal(await machine.podman('inspect', '--format', '{{.State.ExitCode}}', name), '0')
      assert.match(await stack.logs(service), /shutdown complete/)
    }
    for (const service of ['web', 'worker'] as const) await machine.podman('start', await stack.name(service))
    await healthy()
  }

  const kill = async () => {
    const pid = async (service: Service) =>
      Number(await machine.podman('inspect', '--format', '{{.State.Pid}}', await stack.name(service)))
    const before = [await pid('web'), await pid('worker')]
    for (const each of before) process.kill(each, 'SIGKILL')
    await until('others have taken their place', async () => {
      const now = [await pid('web'), await pid('worker')]
      return now.every((each, index) => each > 0 && each !== before[index])
    })
    await healthy()
    assert.equal((await ada.get(`${tablo}/tasks`)).status, 200)
    await job()
  }

  return [
    [
      'a page over TLS that is trusted by its authority alone, by HTTP/1.1 and 2, and HTTP/3 is offered',
      page,
    ],
    ['sign-up by the link of the log', signUp],
    ['a task, and a file there and back byte for byte', work],
    ['a job, run by the worker', job],
    ['every container is well', healthy],
    ['Postgres goes and comes back', postgresRestarts],
    ['upgrade under load', change('2')],
    ['rollback under load, on the newer schema', change('1')],
    ['SIGTERM', terminate],
    ['kill -9, and the engine starts them again', kill],
  ]
}

/** One page by HTTP/2. */
function overHttp2(port: number, ca: string): Promise<{ status: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number }>()
  const session = connect(`https://127.0.0.1:${port}`, { ca, servername: DOMAIN }).on('error', reject)
  const stream = session.request({ ':path': '/login', ':authority': DOMAIN })
  stream.on('response', headers => resolve({ status: Number(headers[':status']) }))
  stream.on('error', reject).resume().end()
  return promise.finally(() => session.close())
}

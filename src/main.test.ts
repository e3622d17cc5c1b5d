import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { cast, PASSWORD, person } from '../test/cast.ts'
import { xtablo } from '../test/command.ts'
import { testDatabase } from '../test/database.ts'
import { temporaryFolder } from '../test/folder.ts'
import { startS3 } from '../test/s3.ts'
import { pendingMigrations } from './platform/database/migrate.ts'
import { root } from './platform/root.ts'

const database = await testDatabase()
const storage = await startS3()
/** The environment for a bucket. */
const S3 = {
  S3_BUCKET: storage.bucket,
  S3_ENDPOINT: storage.endpoint ?? '',
  S3_ACCESS_KEY: storage.accessKey,
  S3_SECRET_KEY: storage.secretKey,
}
/** Of node-pg-migrate. */
const MIGRATION_LOCK = '7241865325823964'
const READY = /Xtablo is ready: (http:\/\/[\w.]+:\d+\/)/
const SECRET = { SESSION_SECRET: 'the secret of the tests, all of it' }

test('help lists the commands, and is what there is without one', async () => {
  for (const args of [[], ['--help']]) {
    const { ended, said } = xtablo(database, args)
    assert.equal(await ended, 0)
    for (const command of [
      'start',
      'web',
      'worker',
      'migrate up',
      'jobs',
      'list-failed-jobs',
      'retry-job',
      'rotate-keys',
      'healthcheck',
    ])
      assert.match(said(), new RegExp(`^  ${command}`, 'm'))
  }
})

test('version prints the release', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const args of [['version'], ['--version'], ['-v']]) {
    const { ended, said } = xtablo(database, args)
    assert.equal(await ended, 0)
    assert.equal(said(), `${version}\n`)
  }
})

test('what can’t be done is one line and a non-zero exit', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const cases: [args: string[], environment: Record<string, string>, says: RegExp][] = [
    [['dance'], {}, /There is no command “dance”/],
    [['web', '--fast'], {}, /“--fast” is not understood/],
    [['migrate', 'sideways'], {}, /up, down or status/],
    [
      ['reset-password', 'nobody@example.org'],
      {},
      /no account with the e-mail address “nobody@example\.org”/,
    ],
    [['web'], { PORT: 'x' }, /^PORT: expected a port/],
    [['web'], { DATABASE_URL: 'postgres://127.0.0.1:1/x' }, /127\.0\.0\.1:1/],
    [['jobs'], { DATABASE_URL: 'postgres://127.0.0.1:1/x' }, /database can't be reached/],
    [['list-failed-jobs'], { DATABASE_URL: 'nowhere' }, /^DATABASE_URL: expected a URL/],
    [['web'], { ...S3, S3_BUCKET: 'elsewhere' }, /^There is no bucket “elsewhere”: check S3_BUCKET/],
    [['worker'], { ...S3, S3_ACCESS_KEY: 'stranger' }, /check S3_ACCESS_KEY/],
    [['start'], { DATA_DIR: file, ...SECRET }, /^Xtablo may not keep files in .*file\/storage \(ENOTDIR\)/],
    [['start', '--demo'], { ENV: 'production', ...SECRET }, /--demo is for development/],
  ]
  await Promise.all(
    cases.map(async ([args, environment, says]) => {
      const { ended, said } = xtablo(database, args, environment)
      assert.equal(await ended, 1, said())
      assert.match(said(), says)
      assert.equal(said().trim().split('\n').length, 1, said())
    }),
  )
})

test('a storage that is away is warned of, and the start goes on without it', async () => {
  const web = xtablo(database, ['web'], { ...S3, S3_ENDPOINT: 'http://127.0.0.1:1' })
  await web.says(READY)
  assert.match(web.said(), /127\.0\.0\.1:1 can't be reached.*files answer 503 until it is back/)
  web.process.kill('SIGTERM')
  assert.equal(await web.ended, 0, web.said())
})

test('a signal ends a start that waits for a storage that never answers', { timeout: 20_000 }, async () => {
  const silent = createServer(socket => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  after(() => silent.close())
  const { port } = silent.address() as AddressInfo
  const web = xtablo(database, ['web'], { ...S3, S3_ENDPOINT: `http://127.0.0.1:${port}` })
  await once(silent, 'connection')
  web.process.kill('SIGTERM')
  assert.equal(await web.ended, 0, web.said())
  assert.match(web.said(), /SIGTERM: shutting down.*shutdown complete/s)
})

test('a storage that is wrong keeps no command from running that needs none', async () => {
  const { ended, said } = xtablo(database, ['migrate', 'status'], { ...S3, S3_BUCKET: 'elsewhere' })
  assert.equal(await ended, 0, said())
})

test('a port that is taken is told with what to do', async () => {
  const one = xtablo(database, ['web'])
  const [, address = ''] = await one.says(READY)
  const { port } = new URL(address)
  const other = xtablo(database, ['web'], { PORT: port })
  assert.equal(await other.ended, 1)
  assert.match(other.said(), new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken`))
})

test('the web process serves until a signal, then finishes; a second signal changes nothing', async () => {
  const web = xtablo(database, ['web'])
  const [, address = ''] = await web.says(READY)
  for (const path of ['healthz', 'readyz', 'login', 'demo'])
    assert.equal((await fetch(address + path)).status, 200, path)
  const page = await (await fetch(`${address}login`)).text()
  const assets = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path = '']) => path)
  assert.ok(assets.length >= 4)
  for (const path of assets) assert.equal((await fetch(address + path)).status, 200, path)
  web.process.kill('SIGINT')
  web.process.kill('SIGTERM')
  assert.equal(await web.ended, 0)
  assert.match(web.said(), /shutting down.*shutdown complete/s)
})

test('two web processes that start at once on an empty database both come up', async () => {
  const empty = await testDatabase('empty')
  const both = [xtablo(empty, ['web']), xtablo(empty, ['web'])]
  for (const web of both) {
    const [, address = ''] = await web.says(READY)
    assert.equal((await fetch(`${address}readyz`)).status, 200)
  }
  for (const web of both) web.process.kill('SIGTERM')
  assert.deepEqual(await Promise.all(both.map(({ ended }) => ended)), [0, 0])
})

test('migrations are applied, listed and taken back', async () => {
  const empty = await testDatabase('empty')
  const run = async (...args: string[]) => {
    const start = performance.now()
    const { ended, said } = xtablo(empty, ['migrate', ...args])
    assert.equal(await ended, 0, said())
    // A connection that stays open holds a command up for ten seconds.
    assert.ok(performance.now() - start < 8_000, `migrate ${args} took its time`)
    return said().trim().split('\n')
  }
  const pending = await run('status')
  assert.ok(pending.length >= 4 && pending.every(line => line.startsWith('pending ')))
  assert.equal((await run('up')).length, pending.length)
  assert.ok((await run('status')).every(line => line.startsWith('applied ')))
  await run('down')
  assert.deepEqual(
    (await pendingMigrations(empty.pool)).map(name => `pending  ${name}`),
    pending.slice(-1),
  )
})

test('in production lines are JSON, and the first account is made by the link of the start', async () => {
  const empty = await testDatabase()
  const web = xtablo(empty, ['start'], { ENV: 'production', HOST: '127.0.0.1', ...SECRET })
  const [, address = ''] = await web.says(READY)
  const [, token = ''] = await web.says(/\/setup\/([\w-]{43})/)
  const answer = await fetch(`${address}setup/${token}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: new URL(address).origin },
    body: new URLSearchParams({ name: 'Root', email: 'root@example.org', password: PASSWORD }),
  })
  assert.equal(answer.status, 303)
  assert.deepEqual((await empty.pool.query('select email, role from users')).rows, [
    { email: 'root@example.org', role: 'admin' },
  ])
  web.process.kill('SIGTERM')
  assert.equal(await web.ended, 0)
  const lines = web
    .said()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.ok(lines.some(({ msg, route }) => msg === 'request' && route === '/setup/:token'))
  assert.ok(lines.some(({ msg }) => msg === 'worker ready'))
  const told = lines.filter(({ msg }) => /^no mail goes out: SMTP_URL is not set/.test(msg))
  assert.deepEqual(
    told.map(({ level }) => level),
    [40],
  )
  const again = xtablo(empty, ['web'], { ENV: 'production', ...SECRET })
  await again.says(READY)
  again.process.kill('SIGTERM')
  await again.ended
  assert.ok(!again.said().includes('/setup/'))
})

test('reset-password prints a link that sets a new password', async () => {
  const { ada } = await cast(database)
  const command = xtablo(database, ['reset-password', ` ${ada.email.toUpperCase()} `], {
    BASE_URL: 'https://tablo.example.org',
  })
  assert.equal(await command.ended, 0)
  const [, token = ''] = /^https:\/\/tablo\.example\.org\/reset\/([\w-]{43})$/m.exec(command.said()) ?? []
  const web = xtablo(database, ['web'])
  const [, address = ''] = await web.says(READY)
  assert.equal((await fetch(`${address}reset/${token}`)).status, 200)
})

test('reset-password for a disabled person refuses with a line', async () => {
  const eve = await person(database, 'Eve Disabled')
  await database.pool.query('update users set disabled_at = now() where id = $1', [eve.id])
  const { ended, said } = xtablo(database, ['reset-password', eve.email])
  assert.equal(await ended, 1)
  assert.equal(said(), `The account of “${eve.email}” is disabled: an admin can enable it again.\n`)
})

test('make-admin makes whoever is locked out an admin, and asks before it enables', async () => {
  const { pool } = database
  const zoe = await person(database, 'Zoe')
  const run = async (...args: string[]) => {
    const { ended, said } = xtablo(database, ['make-admin', ...args])
    return [await ended, said()]
  }
  assert.deepEqual(await run(` ${zoe.email.toUpperCase()} `), [
    0,
    `“${zoe.email}” is an admin now, and signs in anew.\n`,
  ])
  assert.deepEqual(await run(zoe.email), [0, `“${zoe.email}” is an admin already.\n`])
  await pool.query(`update users set disabled_at = now(), role = 'user' where id = $1`, [zoe.id])
  assert.deepEqual(await run(zoe.email), [
    1,
    `The account of “${zoe.email}” is disabled. To enable it too: xtablo make-admin ${zoe.email} --enable\n`,
  ])
  assert.deepEqual(await run('--enable', zoe.email), [
    0,
    `“${zoe.email}” is an admin now, and signs in anew.\n`,
  ])
  const { rows } = await pool.query('select role, disabled_at from users where id = $1', [zoe.id])
  assert.deepEqual(rows, [{ role: 'admin', disabled_at: null }])
  assert.deepEqual(await run('nobody@example.org'), [
    1,
    'There is no account with the e-mail address “nobody@example.org”.\n',
  ])
  assert.match(String((await run())[1]), /^make-admin takes the e-mail address of an account\./)
  assert.match(String((await run(zoe.email, '--yes'))[1]), /^“--yes” is not understood here\./)
})

test('rotate-keys says which key signs from now on, and the one of before is still published', async () => {
  const web = xtablo(database, ['web'])
  const [, address = ''] = await web.says(READY)
  const kids = async () =>
    ((await (await fetch(`${address}.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }).keys.map(
      ({ kid }) => kid,
    )
  const [before] = await kids()
  assert.ok(before, 'a key is there from the start')
  const { ended, said } = xtablo(database, ['rotate-keys'])
  assert.equal(await ended, 0)
  const [, kid] = /^key ([0-9a-f-]{36}) signs from now on\n$/.exec(said()) ?? []
  assert.deepEqual(await kids(), [kid, before])
  assert.ok(!web.said().includes('SESSION_SECRET'), web.said())
})

test('reset-password on a database without its schema says what to run first', async () => {
  const { ended, said } = xtablo(await testDatabase('empty'), ['reset-password', 'ada@example.org'])
  assert.equal(await ended, 1)
  assert.equal(said(), 'The database is not migrated yet: run xtablo migrate up first.\n')
})

test('a signal ends a start that waits for another process’s migrations', async () => {
  const empty = await testDatabase('empty')
  const holder = await empty.pool.connect()
  const isWaiting = `select from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())`
  await holder.query(`select pg_advisory_lock(${MIGRATION_LOCK})`)
  const web = xtablo(empty, ['web'])
  while ((await holder.query(isWaiting)).rowCount === 0) await setTimeout(20)
  const start = performance.now()
  web.process.kill('SIGTERM')
  assert.equal(await web.ended, 0, web.said())
  assert.ok(performance.now() - start < 5_000)
  assert.match(web.said(), /SIGTERM: shutting down.*shutdown complete/s)
  assert.ok(!web.said().includes('Error'), web.said())
  holder.release(true)
})

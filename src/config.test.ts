import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { faultsOf } from '../test/config.ts'
import { parseConfig } from './config.ts'
import { root } from './platform/root.ts'
import { variableNames } from './variables.ts'

const SECRET = 'x'.repeat(32)

const MALFORMED: Record<string, string[]> = {
  ENV: ['prod', 'DEVELOPMENT', 'test', ' '],
  DATABASE_URL: ['localhost', 'mysql://localhost/x', 'http://localhost', 'postgres', '/var/run/postgresql'],
  HOST: [
    'a b',
    '127.0.0.1/8',
    '127.0.0.1:8080',
    'localhost:8080',
    '999.1.1.1',
    '1:2:3',
    '[::1]',
    'http://localhost',
    '*',
    ' ',
  ],
  PORT: ['x', '-1', '65536', '80.5', '0x50', ' 80', '1e3', '٣'],
  BASE_URL: [
    'tablo.example.org',
    'ftp://tablo.example.org',
    'https://',
    'https://tablo.example.org/path',
    'https://tablo.example.org?x',
    'https://tablo.example.org#x',
    'https://user:hidden@tablo.example.org',
    'javascript:alert(1)',
  ],
  TRUST_PROXY: [
    'proxy',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/x',
    '10.0.0.0/8/8',
    '10.0.0.0/0x8',
    '10.0.0',
    '::1/129',
    '10.0.0.1 10.0.0.2',
    'true',
  ],
  GOOGLE_CLIENT_ID: ['hidden id', ' hidden'],
  GOOGLE_CLIENT_SECRET: ['hidden secret', 'hidden '],
  GOOGLE_REDIRECT_URL: [
    'tablo.example.org/auth/google/callback',
    'https://tablo.example.org/',
    'https://tablo.example.org/auth/google/callback/',
    'https://tablo.example.org/auth/google/callback?x',
    'https://user:hidden@tablo.example.org/auth/google/callback',
    'ftp://tablo.example.org/auth/google/callback',
  ],
  GOOGLE_ISSUER: [
    'accounts.google.com',
    'https://',
    'ftp://x',
    'https://x?y',
    'https://x#y',
    'https://u:hidden@x',
  ],
  METRICS_PORT: ['x', '-1', '65536', '9464.5', ' 80'],
  METRICS_HOST: ['a b', '127.0.0.1:9464', '*'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['collector:4318', 'grpc://collector:4317', 'https://', 'x'],
  SIGNUP: ['yes', 'Open', 'none'],
  SESSION_SECRET: ['short', 'x'.repeat(31)],
  MAX_UPLOAD_SIZE_MB: ['0', '-1', '2.5', '25MB', '49153', 'x'],
  TABLO_QUOTA_MB: ['0', '-1', '0.5', 'none', '1000000001'],
  S3_BUCKET: ['ab', 'a bucket', '-files', 'a/b', 'x'.repeat(64)],
  S3_ENDPOINT: [
    's3.example.org',
    's3://files',
    'https://s3.example.org/files',
    'https://key:hidden@s3.example.org',
  ],
  S3_REGION: ['eu west', 'eu_west', 'https://eu-west-3'],
  S3_ACCESS_KEY: ['two words', 'end\n'],
  S3_SECRET_KEY: ['two words', ' start'],
  S3_USE_PATH_STYLE: ['yes', '1', 'True'],
  S3_PUBLIC_ENDPOINT: ['files.example.org', 'https://files.example.org/path'],
  SMTP_URL: [
    'smtp.example.org',
    'smtp.example.org:587',
    'http://smtp.example.org',
    'smtp://',
    'smtps:x',
    'smtp://ex%20ample.org',
    'smtp://user:100%@smtp.example.org',
  ],
  MAIL_FROM: [
    'xtablo',
    'Xtablo',
    '@example.org',
    'Xtablo xtablo@example.org',
    'Xtablo <xtablo>',
    'xtablo@example.org, other@example.org',
    '<xtablo@example.org> Xtablo',
    'Xtablo\t<xtablo@example.org>',
  ],
  CORS_ORIGINS: [
    '*',
    'https://*.example.org',
    'app.example.org',
    'null',
    'https://app.example.org/path',
    'https://app.example.org?x',
    'https://user:hidden@app.example.org',
    'https://app.example.org https://other.example.org',
    'https://app.example.org,*',
    'ftp://app.example.org',
  ],
  BACKUP_SCHEDULE: [
    'nightly',
    '@daily',
    '* * * *',
    '* * * * * *',
    '60 2 * * *',
    '30 24 * * *',
    '30 2 0 * *',
    '30 2 29 2 *',
    '30 2 * 13 *',
    '30 2 * * 8',
    '30 2 * * MON',
    '5-1 * * * *',
    '*/0 * * * *',
    '*-5 * * * *',
    '1, * * * *',
    '30  2 * * *',
  ],
  BACKUP_KEEP: ['0', '-1', 'all', '1.5', '100001'],
  HEALTH_SOCKET: ['xtablo.sock', `/${'x'.repeat(100)}`],
  LOG_LEVEL: ['verbose', 'INFO', '3'],
}

test('an empty environment is a development start on this machine alone', () => {
  const config = parseConfig({})
  assert.equal(config.env, 'development')
  assert.equal(config.production, false)
  assert.equal(config.databaseUrl, undefined)
  assert.deepEqual(
    [config.host, config.port, config.baseUrl.href],
    ['127.0.0.1', 8080, 'http://127.0.0.1:8080/'],
  )
  assert.deepEqual([config.signup, config.logLevel, config.sessionSecret], ['open', 'info', undefined])
  assert.match(config.dataDir, /data$/)
  assert.deepEqual([config.maxUploadBytes, config.tabloQuotaBytes], [25 * 1_048_576, undefined])
  assert.equal(config.s3, undefined)
  assert.equal(config.backups, undefined)
})

test('an empty value is one that is not set', () => {
  const names = [...Object.keys(MALFORMED), 'DATA_DIR']
  const empty = Object.fromEntries(names.map(name => [name, '']))
  assert.equal(JSON.stringify(parseConfig(empty)), JSON.stringify(parseConfig({})))
})

test('every malformed value is told by the name of its variable and what it expects', () => {
  for (const [name, values] of Object.entries(MALFORMED)) {
    for (const value of values) {
      const faults = faultsOf({ [name]: value })
      assert.equal(faults.length, 1, `${name}=${value}: ${faults}`)
      assert.ok(faults[0]?.startsWith(`${name}: expected `), String(faults))
    }
  }
})

test('all faults are told together', () => {
  const all = Object.fromEntries(Object.entries(MALFORMED).map(([name, [value = '']]) => [name, value]))
  const named = faultsOf(all).map(fault => fault.split(':')[0])
  assert.deepEqual(named.sort(), Object.keys(MALFORMED).sort())
})

test('no secret is shown, not even a malformed one', () => {
  const faults = faultsOf({
    DATABASE_URL: 'mysql://user:hidden@host/x',
    SESSION_SECRET: 'hidden',
    BASE_URL: 'https://user:hidden@tablo.example.org',
    S3_ENDPOINT: 'https://key:hidden@s3.example.org',
    S3_ACCESS_KEY: 'hidden key',
    S3_SECRET_KEY: 'hidden secret',
    SMTP_URL: 'http://user:hidden@smtp.example.org',
  })
  assert.equal(faults.length, 7)
  assert.ok(!faults.join().includes('hidden'), faults.join())
})

test('production needs a secret, and says how to make one', () => {
  const [fault, ...others] = faultsOf({ ENV: 'production' })
  assert.match(fault ?? '', /^SESSION_SECRET: needed in production.*openssl rand -hex 32/)
  assert.deepEqual(others, [])
  assert.equal(parseConfig({ ENV: 'production', SESSION_SECRET: SECRET }).signup, 'invite')
})

test('in development it listens on this machine alone', () => {
  const own = [
    '127.0.0.1',
    '127.8.0.1',
    '127.1',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LOCALHOST',
  ]
  const others = [
    '0.0.0.0',
    '192.168.1.5',
    '::',
    'fd00::1',
    '::ffff:10.0.0.1',
    'tablo.example.org',
    'localhost.example.org',
  ]
  for (const host of own) assert.deepEqual(faultsOf({ HOST: host }), [], host)
  for (const host of others) {
    const [fault, ...more] = faultsOf({ HOST: host })
    assert.match(fault ?? '', /^HOST: expected an address of this machine alone.*set ENV=production/, host)
    assert.deepEqual(more, [])
    assert.deepEqual(faultsOf({ HOST: host, ENV: 'production', SESSION_SECRET: SECRET }), [], host)
  }
})

test('each variable is taken', () => {
  const config = parseConfig({
    ENV: 'production',
    DATABASE_URL: 'postgresql:///xtablo?host=%2Frun%2Fpostgresql',
    DATA_DIR: '/srv/xtablo',
    HOST: '::1',
    PORT: '0',
    SIGNUP: 'closed',
    SESSION_SECRET: SECRET,
    LOG_LEVEL: 'silent',
    BASE_URL: 'https://tablo.example.org',
    MAX_UPLOAD_SIZE_MB: '100',
    TABLO_QUOTA_MB: '2000',
    S3_BUCKET: 'xtablo-files',
    S3_ENDPOINT: 'http://minio:9000',
    S3_REGION: 'auto',
    S3_ACCESS_KEY: 'id',
    S3_SECRET_KEY: 'se/cr+et==',
    S3_USE_PATH_STYLE: 'false',
    S3_PUBLIC_ENDPOINT: 'https://files.example.org',
    BACKUP_DIR: '/backups',
    BACKUP_SCHEDULE: '0,30 */6 1-28/2 * 1-5',
    BACKUP_KEEP: '3',
    METRICS_PORT: '9464',
    METRICS_HOST: '0.0.0.0',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:pass@collector:4318/otlp',
  })
  assert.deepEqual(config.backups, { folder: '/backups', schedule: '0,30 */6 1-28/2 * 1-5', keep: 3 })
  assert.deepEqual(config.metrics, { host: '0.0.0.0', port: 9464 })
  assert.equal(config.otlpEndpoint, 'http://user:pass@collector:4318/otlp')
  assert.deepEqual([config.maxUploadBytes, config.tabloQuotaBytes], [104_857_600, 2_097_152_000])
  assert.deepEqual(config.s3, {
    bucket: 'xtablo-files',
    endpoint: 'http://minio:9000',
    region: 'auto',
    accessKey: 'id',
    secretKey: 'se/cr+et==',
    pathStyle: false,
    publicEndpoint: 'https://files.example.org',
  })
  assert.equal(config.databaseUrl, 'postgresql:///xtablo?host=%2Frun%2Fpostgresql')
  assert.deepEqual([config.dataDir, config.host, config.port], ['/srv/xtablo', '::1', 0])
  assert.deepEqual([config.signup, config.logLevel, config.sessionSecret], ['closed', 'silent', SECRET])
  assert.equal(config.baseUrl.href, 'https://tablo.example.org/')
})

test('backups are made at half past two, and two weeks of them stay, unless it is said otherwise', () => {
  const { backups } = parseConfig({ BACKUP_DIR: '/backups' })
  assert.deepEqual(backups, { folder: '/backups', schedule: '30 2 * * *', keep: 14 })
  for (const schedule of ['0 0 31 * *', '0 0 28 2 *', '59 23 1 12 7', '5/10 * * * *'])
    assert.equal(parseConfig({ BACKUP_DIR: '/b', BACKUP_SCHEDULE: schedule }).backups?.schedule, schedule)
})

test('an IPv6 address to listen on makes a base URL too', () => {
  assert.equal(parseConfig({ HOST: '::1', PORT: '81' }).baseUrl.href, 'http://[::1]:81/')
  assert.equal(parseConfig({ HOST: 'localhost' }).baseUrl.href, 'http://localhost:8080/')
})

test('trusted proxies are addresses and networks of both versions', () => {
  const { trustedProxies } = parseConfig({ TRUST_PROXY: '127.0.0.1, 10.0.0.0/8,::1,fd00::/8, ' })
  for (const address of ['127.0.0.1', '10.255.0.1']) assert.ok(trustedProxies.check(address), address)
  for (const address of ['::1', 'fd12::1']) assert.ok(trustedProxies.check(address, 'ipv6'), address)
  for (const address of ['127.0.0.2', '11.0.0.1']) assert.ok(!trustedProxies.check(address), address)
})

test('origins of other sites are exact ones, and none unless they are named', () => {
  const originsOf = (text: string) => parseConfig({ CORS_ORIGINS: text }).corsOrigins
  assert.deepEqual(parseConfig({}).corsOrigins, [])
  assert.deepEqual(originsOf(' https://App.example.org:443/, http://localhost:5173,, '), [
    'https://app.example.org',
    'http://localhost:5173',
  ])
  assert.deepEqual(faultsOf({ CORS_ORIGINS: '*' }), [
    'CORS_ORIGINS: expected exact origins, separated by commas, such as https://app.example.org,http://localhost:5173, without a path and without *, got “*”.',
  ])
})

test('.env.example lists every variable, and is a start that works', () => {
  const lines = readFileSync(join(root, '.env.example'), 'utf8').split('\n')
  const named = lines.flatMap(line => /^#? ?([A-Z][A-Z0-9_]*)=/.exec(line)?.[1] ?? [])
  assert.deepEqual(named, variableNames)
  const set = lines.filter(line => /^[A-Z][A-Z0-9_]*=/.test(line)).map(line => line.split('='))
  assert.deepEqual(faultsOf(Object.fromEntries(set)), [])
  const shown = lines
    .filter(line => /^# [A-Z][A-Z0-9_]*=/.test(line))
    .map(line => line.slice(2).split(/=(.*)/))
  assert.deepEqual(faultsOf(Object.fromEntries(shown)), [])
})

test('.env is read in development, under what the environment says, and not in production', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xtablo-env-'))
  try {
    writeFileSync(join(folder, '.env'), '# a comment\nPORT=7001\nLOG_LEVEL="warn"\n')
    const script = `
      import { loadDotEnv, parseConfig } from ${JSON.stringify(join(root, 'dist/src/config.js'))}
      loadDotEnv()
      const { port, logLevel } = parseConfig(process.env)
      console.log(port, logLevel)`
    const run = (env: Record<string, string>) =>
      execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: folder,
        stdio: 'pipe',
        env,
        encoding: 'utf8',
      }).trim()
    assert.equal(run({}), '7001 warn')
    assert.equal(run({ PORT: '7002' }), '7002 warn')
    assert.equal(run({ ENV: 'production', SESSION_SECRET: SECRET }), '8080 info')
    writeFileSync(join(folder, '.env'), `ENV=production\nPORT=7001\nSESSION_SECRET=${SECRET}\n`)
    assert.throws(() => run({}), /ConfigError: ENV=production belongs into the environment/)
    assert.equal(run({ ENV: 'development' }), '7001 info')
    assert.equal(run({ ENV: 'production', SESSION_SECRET: SECRET }), '8080 info')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

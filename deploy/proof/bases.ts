// Stand-ins for the base images, under their names, for a machine that reaches no registry: made of Debian's Postgres,
// Caddy and busybox, the libraries that each of them names, and the Node of the lockfile. What is built on them, and
// run, is the real thing.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Machine } from './machine.ts'

const PATH = '/usr/local/bin:/usr/bin:/bin'
const POSTGRES = globSync('/usr/lib/postgresql/*').sort().at(-1) ?? ''
const POSTGRES_UID = 999

export const CADDY = 'docker.io/library/caddy:2'

/** The four images that deploy/ builds and runs on. */
export async function makeBases(machine: Machine): Promise<void> {
  const made = (name: string) => new Root(join(machine.folder, 'bases', name))
  await made('node').shell().node().save(machine, 'docker.io/library/node:26-trixie-slim')
  await made('cc')
    .libraries(process.execPath, ['libatomic'])
    .save(machine, 'gcr.io/distroless/cc-debian13:nonroot')
  const caddy = made('caddy').shell().program('/usr/bin/caddy')
  mkdirSync(caddy.path('/data'))
  mkdirSync(caddy.path('/config'))
  await caddy.save(machine, CADDY, [
    'ENV XDG_DATA_HOME=/data',
    'ENV XDG_CONFIG_HOME=/config',
    'VOLUME ["/data", "/config"]',
    'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]',
  ])
  await made('postgres')
    .shell()
    .postgres()
    .save(machine, 'docker.io/library/postgres:18', [
      `ENV PATH=${POSTGRES}/bin:${PATH}`,
      'VOLUME /var/lib/postgresql',
      `USER ${POSTGRES_UID}`,
      'STOPSIGNAL SIGINT',
      'ENTRYPOINT ["/usr/local/bin/postgres-entrypoint.sh"]',
    ])
  await machine.run('rm', ['-rf', join(machine.folder, 'bases')])
}

/** A file system in the making. */
class Root {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    for (const name of [
      'etc/ssl/certs',
      'root',
      'usr/bin',
      'usr/local/bin',
      'usr/lib',
      'var/tmp',
      'tmp',
      'run',
    ])
      mkdirSync(this.path(name), { recursive: true })
    for (const name of ['tmp', 'var/tmp', 'run']) chmodSync(this.path(name), 0o1777)
    for (const name of ['bin', 'lib']) symlinkSync(`usr/${name}`, this.path(name))
    mkdirSync(this.path('usr/lib64'))
    symlinkSync('usr/lib64', this.path('lib64'))
    writeFileSync(
      this.path('etc/passwd'),
      `root:x:0:0::/root:/bin/sh\npostgres:x:${POSTGRES_UID}:${POSTGRES_UID}::/var/lib/postgresql:/bin/sh\n`,
    )
    copyFileSync('/etc/ssl/certs/ca-certificates.crt', this.path('etc/ssl/certs/ca-certificates.crt'))
  }

  path(inside: string): string {
    return join(this.#folder, inside)
  }

  shell(): this {
    const busybox = execFileSync('which', ['busybox'], { encoding: 'utf8' }).trim()
    copyFileSync(busybox, this.path('usr/bin/busybox'))
    // Debian has one that needs them, and one that does not.
    this.libraries(busybox)
    for (const name of execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n'))
      if (name !== 'busybox') symlinkSync('busybox', this.path(`usr/bin/${name}`))
    return this
  }

  /** A program at its own path, with its libraries. */
  program(path: string, at = path): this {
    mkdirSync(dirname(this.path(at)), { recursive: true })
    copyFileSync(path, this.path(at))
    return this.libraries(path)
  }

  /** The shared libraries that programs name, but for those left out. */
  libraries(program: string, without: readonly string[] = []): this {
    for (const library of ldd(program)) {
      if (without.some(name => basename(library).startsWith(name))) continue
      const at = this.path(library.replace(/^\/(lib|lib64)\//, '/usr/$1/'))
      mkdirSync(dirname(at), { recursive: true })
      copyFileSync(library, at)
    }
    return this
  }

  node(): this {
    this.program(process.execPath, '/usr/local/bin/node')
    const npm = dirname(dirname(behind('npm')))
    cpSync(npm, this.path('usr/local/lib/node_modules/npm'), { recursive: true })
    symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', this.path('usr/local/bin/npm'))
    // What packages with native code name beside Node's own libraries.
    const beside = ['librt.so.1', 'libresolv.so.2', 'libnss_dns.so.2', 'libnss_files.so.2']
    for (const library of globSync(`/lib/*-linux-gnu/{${beside}}`)) this.program(library, `/usr${library}`)
    return this
  }

  postgres(): this {
    const share = POSTGRES.replace('/lib/', '/share/')
    for (const folder of [POSTGRES, share]) cpSync(folder, this.path(folder), { recursive: true })
    for (const file of [
      ...globSync(`${POSTGRES}/bin/*`),
      ...globSync(`${POSTGRES}/lib/{dict_snowball,libpqwalreceiver}.so`),
    ])
      this.libraries(file)
    if (existsSync('/usr/share/zoneinfo'))
      cpSync('/usr/share/zoneinfo', this.path('usr/share/zoneinfo'), { recursive: true })
    const entrypoint = '/usr/local/bin/postgres-entrypoint.sh'
    copyFileSync(join(import.meta.dirname, 'postgres-entrypoint.sh'), this.path(entrypoint))
    chmodSync(this.path(entrypoint), 0o755)
    mkdirSync(this.path('var/lib/postgresql'), { recursive: true })
    return this
  }

  async save(machine: Machine, image: string, changes: readonly string[] = []): Promise<void> {
    const owned = ['var/lib/postgresql'].filter(path => existsSync(this.path(path)))
    for (const path of owned) chownSync(this.path(path), POSTGRES_UID, POSTGRES_UID)
    const said = [`ENV PATH=${PATH}`, ...changes].flatMap(change => ['-c', change])
    const script = 'cd "$0" && tar -c . | podman import "$@"'
    await machine.run('sh', ['-c', script, this.#folder, ...said, '-', image])
  }
}

function ldd(program: string): string[] {
  const said = execFileSync('sh', ['-c', 'ldd "$0" 2>/dev/null || true', program], { encoding: 'utf8' })
  return said.match(/\/[^\s)]+(?= \(0x)/g) ?? []
}

/** Where a program lies, behind every link. */
const behind = (program: string): string =>
  realpathSync(execFileSync('which', [program], { encoding: 'utf8' }).trim())

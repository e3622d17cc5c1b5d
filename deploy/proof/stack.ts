// The stack of deploy/compose.prod.yaml, started by its own file and by an .env.prod made of the example.

import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { root } from '../../src/platform/root.ts'
import type { Machine } from './machine.ts'

export const DOMAIN = 'xtablo.localhost'
export type Service = 'postgres' | 'web' | 'worker' | 'caddy'

export interface Stack {
  readonly port: number
  /** The container of a service. */
  name(service: Service): Promise<string>
  /** What a service has logged so far. */
  logs(service: Service): Promise<string>
  /** Whether the engine finds the service well, by the check of its image or of the compose file. */
  well(service: Service): Promise<boolean>
  /** The line of `xtablo healthcheck`. */
  says(service: 'web' | 'worker'): Promise<string>
  /** Runs a statement, and gives what psql prints. */
  sql(statement: string): Promise<string>
  /** deploy/upgrade.sh */
  upgrade(tag: string): Promise<string>
}

/** Brings the stack up. */
export async function up(machine: Machine, tag: string): Promise<Stack> {
  const [http, https] = [await freePort(), await freePort()]
  const file = join(machine.folder, '.env.prod')
  const secret = () => randomBytes(32).toString('hex')
  writeFileSync(
    file,
    filledIn({
      IMAGE: 'localhost/xtablo',
      TAG: tag,
      DOMAIN,
      POSTGRES_PASSWORD: secret(),
      SESSION_SECRET: secret(),
      LISTEN_HTTP: `127.0.0.1:${http}`,
      LISTEN_HTTPS: `127.0.0.1:${https}`,
    }),
  )
  const compose = join(root, 'deploy/compose.prod.yaml')
  const script = 'set -a; . "$0"; set +a; exec podman-compose -p xtablo -f "$1" up -d'
  await machine.run('sh', ['-c', script, file, compose])
  const name = async (service: Service) => {
    const filter = `label=com.docker.compose.service=${service}`
    return (
      (await machine.podman('ps', '-a', '--filter', filter, '--format', '{{.Names}}')).split('\n')[0] ?? ''
    )
  }
  const say = async (service: Service) =>
    machine.run('sh', ['-c', 'podman logs "$0" 2>&1', await name(service)])
  return {
    port: https,
    name,
    logs: say,
    well: async service =>
      machine.podman('healthcheck', 'run', await name(service)).then(
        () => true,
        () => false,
      ),
    says: async service => {
      const script = 'podman exec "$0" xtablo healthcheck || true'
      return (await machine.run('sh', ['-c', script, await name(service)])).trim()
    },
    sql: async statement =>
      machine.podman('exec', await name('postgres'), 'psql', '-U', 'xtablo', '-h', '/tmp', '-tAc', statement),
    upgrade: to => machine.run(join(root, 'deploy/upgrade.sh'), [to], { ENGINE: 'podman', ENV_FILE: file }),
  }
}

/** Waits until something is true, for a minute at most. */
export async function until(what: string, check: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  while (!(await check().catch(() => false))) {
    if (performance.now() - start > 60_000) throw new Error(`Not so after a minute: ${what}`)
    await setTimeout(200)
  }
}

function filledIn(values: Record<string, string>): string {
  const example = readFileSync(join(root, '.env.prod.example'), 'utf8')
  return Object.entries(values).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^(# )?${name}=.*$`, 'm'), `${name}=${value}`),
    example,
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as AddressInfo
  await new Promise(done => server.close(done))
  return port
}

// A container engine of its own for the length of a proof: podman with its images, containers and networks in a temporary
// folder, of which nothing is left in the end, whatever happened.

import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const OVERLAYFS = 0x794c7630
const NEEDED = ['podman', 'podman-compose', 'runc', 'busybox', 'caddy', 'ldd']

export interface Machine {
  /** For whatever the proof keeps. */
  readonly folder: string
  /** What makes any podman use this engine. */
  readonly environment: NodeJS.ProcessEnv
  /** Runs a program in this environment, and gives what it wrote. Throws with all that it said when it fails. */
  run(program: string, args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<string>
  /** `run('podman', …)`, trimmed. */
  podman(...args: string[]): Promise<string>
  close(): Promise<void>
}

/** Why no proof can be had here; undefined when it can. */
export function lacking(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs root on Linux'
  const missing = NEEDED.filter(name => !has(name))
  if (missing.length > 0) return `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not installed`
  return undefined
}

/**
 * Why not even containers of nothing but a shell run here, as in a sandbox that allows none, or do not find each other by
 * name; undefined when they do.
 */
export async function refusal({ podman }: Machine, image: string): Promise<string | undefined> {
  const inside = ['--network', 'trial', '--read-only', image]
  try {
    await podman('network', 'create', 'trial')
    await podman('run', '-d', '--name', 'somebody', '-p', '127.0.0.1::80', ...inside, 'sleep', '60')
  } catch (error) {
    return `no container runs here: ${(error as Error).message.trim()}`
  }
  try {
    await podman('run', '--rm', ...inside, 'nslookup', 'somebody')
  } catch (error) {
    return `containers do not find each other, for which podman wants netavark and aardvark-dns: ${(error as Error).message.trim()}`
  }
  await podman('rm', '-f', '-t', '0', 'somebody')
  await podman('network', 'rm', 'trial')
  return undefined
}

function has(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Makes the engine; in a folder of its own, or in `kept`, of which the images are left in the end. */
export function openMachine(kept?: string): Machine {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'xp-'))
  const path = (name: string) => join(folder, name)
  for (const name of ['networks', 'tmp', 'storage']) mkdirSync(path(name), { recursive: true })
  writeFileSync(
    path('storage.conf'),
    `[storage]\ndriver = "${driverFor(folder)}"\ngraphroot = "${path('storage')}"\nrunroot = "${path('run')}"\n`,
  )
  // The limits are those that every machine has; events would go to a journal that may be missing.
  writeFileSync(
    path('containers.conf'),
    `[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n
[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n
[network]\nnetwork_config_dir = "${path('networks')}"\n`,
  )
  const environment = {
    ...process.env,
    CONTAINERS_CONF: path('containers.conf'),
    CONTAINERS_STORAGE_CONF: path('storage.conf'),
    TMPDIR: path('tmp'),
  }
  const run: Machine['run'] = async (program, args, more = {}) => {
    try {
      const options = { env: { ...environment, ...more }, maxBuffer: 64 * 1_048_576 }
      return (await promisify(execFile)(program, args, options)).stdout
    } catch (error) {
      const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string }
      throw new Error(`${[program, ...args].join(' ').slice(0, 200)} failed:\n${stdout}${stderr || message}`)
    }
  }
  const podman = async (...args: string[]) => (await run('podman', args)).trim()
  const close = async () => {
    await podman('rm', '-fa', '-t', '0').catch(() => {})
    await podman('network', 'prune', '-f').catch(() => {})
    if (kept !== undefined) return void (await podman('volume', 'prune', '-f').catch(() => {}))
    const mounted = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map(line => line.split(' ')[1] ?? '')
    for (const mount of mounted.filter(path => path.startsWith(`${folder}/`)).reverse())
      await run('umount', ['-l', mount]).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }
  return { folder, environment, run, podman, close }
}

/** Layers of copies take minutes, but an overlay can't lie on another. */
function driverFor(folder: string): string {
  const known = readFileSync('/proc/filesystems', 'utf8').includes('overlay')
  return known && statfsSync(folder).type !== OVERLAYFS ? 'overlay' : 'vfs'
}

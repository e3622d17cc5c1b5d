// `node deploy/proof/prove.ts`: proof of the image and the stack on a machine without Docker. The image is built from
// deploy/Dockerfile, the stack runs by deploy/compose.prod.yaml and deploy/Caddyfile, releases change by deploy/upgrade.sh;
// only the base images are stand-ins (bases.ts). It prints every step, ends at the first that fails with what the
// containers logged, and leaves nothing behind. --twice builds the image once more and compares every file; --keep FOLDER
// leaves the images there, and starts from those that it finds.

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CADDY, makeBases } from './bases.ts'
import { build, buildNext, examine, filesOf } from './image.ts'
import { lacking, openMachine, refusal } from './machine.ts'
import { type Stack, up } from './stack.ts'
import { steps } from './steps.ts'

/** The exit code of a machine that lacks what is needed. */
const CANNOT = 2
const SERVICES = ['postgres', 'web', 'worker', 'caddy'] as const

process.exitCode = await main()

async function main(): Promise<number> {
  const why = lacking()
  if (why !== undefined) {
    print(`The proof can't run here: ${why}.`)
    return CANNOT
  }
  const { values: asked } = parseArgs({
    options: { twice: { type: 'boolean', default: false }, keep: { type: 'string' } },
  })
  const machine = openMachine(asked.keep && resolve(asked.keep))
  let stack: Stack | undefined
  const interrupted = Promise.withResolvers<never>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupted.reject(new Error(`${signal}: interrupted`)))
  const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await Promise.race([work(), interrupted.promise]).catch(error => {
      print(`✖ ${what}`)
      throw error
    })
    const found = typeof result === 'string' ? `: ${result}` : ''
    print(`✔ ${what}${found} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
    return result
  }
  try {
    const known = await machine.podman('images', '--format', '{{.Repository}}:{{.Tag}}')
    if (!known.includes('distroless')) await step('stand-ins for the base images', () => makeBases(machine))
    const refused = await refusal(machine, CADDY)
    if (refused !== undefined) {
      print(`The proof can't run here: ${refused}`)
      return CANNOT
    }
    if (!known.includes('xtablo:1')) await images()
    await step('the next release, with a migration', () => buildNext(machine, 'xtablo:1', 'xtablo:2'))
    stack = await step('the stack comes up', () => up(machine, '1'))
    for (const [what, work] of steps(machine, stack)) await step(what, work)
    return 0
  } catch (error) {
    print(error instanceof Error ? `${error.stack}` : String(error))
    for (const service of stack ? SERVICES : [])
      print(
        `-- ${service}\n${(await stack?.logs(service).catch(() => ''))?.split('\n').slice(-25).join('\n')}`,
      )
    return 1
  } finally {
    await machine.close()
  }

  async function images(): Promise<void> {
    await step('the image builds from the Dockerfile', () =>
      build(machine, 'xtablo:1', ['--build-arg', 'VERSION=1']),
    )
    await step('it is small, belongs to nobody, and has nothing to spare', () => examine(machine, 'xtablo:1'))
    if (asked.twice)
      await step('another build has the same files', async () => {
        await build(machine, 'xtablo:again', ['--no-cache', '--build-arg', 'VERSION=1'])
        const [one, two] = [await filesOf(machine, 'xtablo:1'), await filesOf(machine, 'xtablo:again')]
        const differing = [...new Set([...one.keys(), ...two.keys()])].filter(
          path => one.get(path) !== two.get(path),
        )
        if (differing.length > 0) throw new Error(`These differ: ${differing.join(', ')}`)
        return `${one.size} files`
      })
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

// `npm run lint`: style, imports, what is used by nothing, types, the API's document, and what new migrations do to the
// release before. All of STEPS run, whatever the others find; a name runs that one alone.

import { spawn } from 'node:child_process'
import { glob } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import type { IConfiguration, ICruiseResult, IViolation } from 'dependency-cruiser'

// The benchmarks may import anything, and the parser does not know their `using` declarations.
const FOLDERS = ['src', 'test', 'tools', 'deploy', 'assets', 'client/src', 'examples']

interface Findings {
  ok: boolean
  said: string
}

const STEPS: Record<string, () => Promise<Findings>> = {
  style: () => run('@biomejs/biome/bin/biome', 'check', '--error-on-warnings'),
  imports: checkImports,
  unused: () => run('knip/bin/knip.js', '--no-progress'),
  types: checkTypes,
  api: async () => (await import('./api.ts')).checkDocument('api/openapi.json'),
  migrations: async () => {
    const faults = (await import('./migrations/check.ts')).checkMigrations('.')
    return { ok: faults.length === 0, said: faults.join('\n') }
  },
}

process.exitCode = await main(process.argv.slice(2))

async function main(asked: string[]): Promise<number> {
  const unknown = asked.find(name => !(name in STEPS))
  if (unknown !== undefined) {
    print(`There is no step “${unknown}”: ${Object.keys(STEPS).join(', ')}.`)
    return 1
  }
  const steps = Object.entries(STEPS).filter(([name]) => asked.length === 0 || asked.includes(name))
  const running = steps.map(([name, check]) => ({ name, findings: check() }))
  let failed = 0
  for (const { name, findings } of running) {
    const { ok, said } = await findings
    print(`${ok ? '✔' : '✖'} ${name}${said ? `\n${said.trim().replaceAll(/^/gm, '  ')}` : ''}`)
    if (!ok) failed++
  }
  return failed === 0 ? 0 : 1
}

/** Runs a program of node_modules. What it says is shown only when it fails. */
async function run(program: string, ...args: string[]): Promise<Findings> {
  const child = spawn(process.execPath, [`node_modules/${program}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
  })
  const [out, error, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done)),
  ])
  return code === 0 ? { ok: true, said: '' } : { ok: false, said: out + error }
}

async function checkTypes(): Promise<Findings> {
  const projects = ['tsconfig.json', 'assets/tsconfig.json']
  const found = await Promise.all(
    projects.map((project, index) =>
      run(
        'typescript/bin/tsc',
        '-p',
        project,
        '--noEmit',
        '--incremental',
        '--tsBuildInfoFile',
        `dist/.lint.${index}`,
      ),
    ),
  )
  // As those will see it who use it.
  for (const project of ['client', 'examples'])
    found.push(await run('../client/node_modules/typescript/bin/tsc', '-p', project, '--noEmit'))
  return { ok: found.every(({ ok }) => ok), said: found.map(({ said }) => said).join('') }
}

/** Holds every import against the rules of .dependency-cruiser.mjs, and makes sure that every file was looked at. */
async function checkImports(): Promise<Findings> {
  const { cruise } = await import('dependency-cruiser')
  const rules = pathToFileURL(resolve('.dependency-cruiser.mjs')).href
  const { default: config }: { default: IConfiguration } = await import(rules)
  const options = { ...config.options, ruleSet: { forbidden: config.forbidden ?? [] }, validate: true }
  const cruised = await cruise(FOLDERS, options).catch((error: Error) => error)
  if (cruised instanceof Error) return { ok: false, said: cruised.message }
  const { modules, summary } = cruised.output as ICruiseResult
  const seen = new Set(modules.map(({ source }) => source))
  const files = await Array.fromAsync(glob(`{${FOLDERS}}/**/*.{ts,tsx}`))
  // A parser that does not understand the files sees none, and then no rule is broken.
  const unseen = files.map(file => file.replaceAll('\\', '/')).filter(file => !seen.has(file))
  const faults = [
    ...summary.violations.map(fault => explain(fault, config.forbidden)),
    ...unseen.map(file => `${file} was not looked at`),
  ]
  return { ok: faults.length === 0 && files.length > 0, said: faults.join('\n') }
}

function explain({ rule, from, to, cycle }: IViolation, rules: IConfiguration['forbidden'] = []): string {
  const path = cycle ? [from, ...cycle.map(({ name }) => name)].join(' → ') : `${from} → ${to}`
  return `${path}\n  ${rule.name}: ${rules.find(({ name }) => name === rule.name)?.comment ?? ''}`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

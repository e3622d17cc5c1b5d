import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { glob, rm } from 'node:fs/promises'

/** The arguments that make Node run the TypeScript compiler on one of the two projects. */
export const tscArguments = (project: string) => ['node_modules/typescript/bin/tsc', '--project', project]

/** The server, its tests and tools; and the scripts for browsers, which are only checked here. */
export const PROJECTS = ['tsconfig.json', 'assets/tsconfig.json']

/** Type-checks and compiles both projects, printing what the compiler says. Gives false on any error. */
export async function compile(): Promise<boolean> {
  const codes = await Promise.all(PROJECTS.map(project => run([...tscArguments(project), '--pretty'])))
  await removeOrphans()
  return codes.every(code => code === 0)
}

function run(args: string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const tsc = spawn(process.execPath, args, { stdio: 'inherit' })
    tsc.once('error', reject)
    tsc.once('exit', resolve)
  })
}

/** Deletes compiled files whose source is gone, so that a removed test does not run for ever. */
export async function removeOrphans(): Promise<void> {
  const compiled = await Array.fromAsync(glob('dist/{src,test,bench,tools}/**/*.js'))
  const orphans = compiled.filter(path => {
    const source = path
      .replaceAll('\\', '/')
      .replace(/^dist\//, '')
      .replace(/\.js$/, '')
    return !existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)
  })
  await Promise.all(orphans.flatMap(path => [path, `${path}.map`].map(file => rm(file, { force: true }))))
}

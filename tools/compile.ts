import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { glob, rm } from 'node:fs/promises'

// The server, its tests and tools, with the client that the tests drive; and the scripts for browsers, which are only checked here.
const PROJECTS = ['tsconfig.json', 'assets/tsconfig.json']

/** Type-checks both projects and compiles the server, printing what the compiler says. Gives false on any error. */
export async function compile(): Promise<boolean> {
  const codes = await Promise.all(PROJECTS.map(tsc))
  await removeOrphans()
  return codes.every(code => code === 0)
}

function tsc(project: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const args = ['node_modules/typescript/bin/tsc', '--project', project, '--pretty']
    const compiler = spawn(process.execPath, args, { stdio: 'inherit' })
    compiler.once('error', reject)
    compiler.once('exit', resolve)
  })
}

/** Deletes compiled files whose source is gone, so that a removed test does not run for ever. */
async function removeOrphans(): Promise<void> {
  const compiled = await Array.fromAsync(glob('dist/{src,test,bench,tools,deploy,client}/**/*.js'))
  const orphans = compiled.filter(path => {
    const source = path
      .replaceAll('\\', '/')
      .replace(/^dist\//, '')
      .replace(/\.js$/, '')
    return !existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)
  })
  await Promise.all(orphans.flatMap(path => [path, `${path}.map`].map(file => rm(file, { force: true }))))
}

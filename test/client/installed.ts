// The client as those have it who install it: built by its own compiler, in the node_modules of a folder of theirs.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../src/platform/root.ts'
import { temporaryFolder } from '../folder.ts'

const TSC = join(root, 'client/node_modules/typescript/bin/tsc')

export interface Project {
  folder: string
  /** What the compiler finds wrong with it; empty when that is nothing. */
  check(): string
}

/** A folder in which `@xtablo/client` is installed, and these packages of ours beside it. */
export function project(...packages: string[]): Project {
  const folder = temporaryFolder()
  const client = join(folder, 'node_modules/@xtablo/client')
  mkdirSync(client, { recursive: true })
  cpSync(join(root, 'client/package.json'), join(client, 'package.json'))
  for (const name of ['openapi-fetch', 'openapi-typescript-helpers', '@types', 'undici-types', ...packages])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  const fault = compile(root, '--project', 'client', '--outDir', join(client, 'dist'))
  if (fault) throw new Error(fault)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return { folder, check: () => check(folder) }
}

/** As a project of its users might be set up, with the types of Node and the declarations of its packages checked. */
function check(folder: string): string {
  const compilerOptions = {
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['*.ts', 'examples/*.ts'] }),
  )
  return compile(folder)
}

function compile(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TSC, ...args], { cwd, encoding: 'utf8' })
  return status === 0 ? '' : stdout + stderr || `The compiler ended with ${status}`
}

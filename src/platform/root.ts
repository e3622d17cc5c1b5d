import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder that holds package.json, wherever the code runs from: `src`, `dist` or an image. */
export const root = findRoot(import.meta.dirname)

/** This release's version, as package.json says it. */
export const version = readVersion()

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder
  if (dirname(folder) === folder)
    throw new Error('No package.json above the code: the installation is damaged')
  return findRoot(dirname(folder))
}

function readVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return manifest.version
}

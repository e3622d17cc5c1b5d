// Makes what browsers load: one stylesheet, the libraries, our own scripts and the images, each named by a hash of its
// content so that it can be cached for ever, with a Brotli and a gzip copy beside it so that no request compresses.
// manifest.json maps the plain names to these. Nothing is done when no input has changed since the last time.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const OUT = 'dist/public/assets'
const MANIFEST = `${OUT}/manifest.json`
const STAMP = 'dist/.assets.inputs'
const LIBRARIES = {
  'htmx.js': 'node_modules/htmx.org/dist/htmx.min.js',
  'sortable.js': 'node_modules/sortablejs/Sortable.min.js',
  'swagger-ui.js': 'node_modules/swagger-ui-dist/swagger-ui-bundle.js',
}

const sha = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

/** Builds dist/public/assets when its inputs changed, and says whether any asset did. Throws when Tailwind or a script fails. */
export async function buildAssets(): Promise<boolean> {
  const inputs = await fingerprintOfInputs()
  const built = await readFile(STAMP, 'utf8').catch(() => '')
  if (built === inputs && existsSync(MANIFEST)) return false
  await mkdir(OUT, { recursive: true })
  const made = await Promise.all([
    stylesheet(),
    docsStylesheet(),
    ...libraries(),
    ...(await ownScripts()),
    ...(await images()),
  ])
  const files = Object.fromEntries(await Promise.all(made.map(([name, content]) => emit(name, content))))
  const manifest = JSON.stringify(files, null, 2)
  const before = await readFile(MANIFEST, 'utf8').catch(() => '')
  await writeFile(`${MANIFEST}.new`, manifest)
  await rename(`${MANIFEST}.new`, MANIFEST)
  await removeOthers(Object.values(files))
  await writeFile(STAMP, inputs)
  return manifest !== before
}

async function fingerprintOfInputs(): Promise<string> {
  const patterns = ['assets/**/*.*', 'src/**/*.tsx', 'package-lock.json', 'tools/assets.ts']
  const paths = (await Array.fromAsync(glob(patterns))).sort()
  const hashes = await Promise.all(paths.map(async path => `${path} ${sha(await readFile(path))}`))
  return sha(hashes.join('\n'))
}

type Asset = readonly [name: string, content: Buffer]

async function stylesheet(): Promise<Asset> {
  const args = [
    'node_modules/@tailwindcss/cli/dist/index.mjs',
    '-i',
    'assets/styles.css',
    '-o',
    '-',
    '--minify',
  ]
  const tailwind = spawn(process.execPath, args)
  const [css, said] = await Promise.all([text(tailwind.stdout), text(tailwind.stderr)])
  if (css.length === 0 || (tailwind.exitCode ?? 0) !== 0) throw new Error(`Tailwind failed:\n${said}`)
  return ['styles.css', Buffer.from(css)]
}

// Swagger UI's own look in a layer, under what ours says. Its images are data: addresses, which the policy of our pages
// refuses: they are left out.
async function docsStylesheet(): Promise<Asset> {
  const theirs = await readFile('node_modules/swagger-ui-dist/swagger-ui.css', 'utf8')
  const paths = (await Array.fromAsync(glob('assets/api-docs/*.css'))).sort()
  const ours = await Promise.all(paths.map(path => readFile(path, 'utf8')))
  const bare = theirs.replaceAll(/url\((?:"data:(?:[^"\\]|\\.)*"|data:[^)]*)\)/g, 'none')
  return ['api-docs.css', Buffer.from([`@layer swagger{${bare}}`, ...ours].join('\n'))]
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks = await Array.fromAsync(stream)
  return chunks.join('')
}

function libraries(): Promise<Asset>[] {
  return Object.entries(LIBRARIES).map(async ([name, path]) => [name, await readFile(path)] as const)
}

// Each script of assets/ becomes one file, with the modules of its folder that it imports.
async function ownScripts(): Promise<Promise<Asset>[]> {
  // Loaded here because a build that finds nothing to do should not pay for it.
  const { bundle, minify } = await import('@swc/core')
  const paths = (await Array.fromAsync(glob('assets/*.ts'))).filter(path => !path.endsWith('.d.ts'))
  const made = await bundle(
    paths.map(path => ({
      entry: { [basename(path, '.ts')]: resolve(path) },
      mode: 'production' as const,
      target: 'browser' as const,
      module: {},
      output: { name: basename(path, '.ts'), path: resolve(OUT) },
      options: {
        swcrc: false,
        jsc: { parser: { syntax: 'typescript' as const }, target: 'es2022' as const },
      },
    })),
  )
  return Object.entries(made).map(async ([name, { code }]) => {
    const small = await minify(code, { compress: true, mangle: true, module: true, sourceMap: false })
    return [`${name}.js`, Buffer.from(small.code)] as const
  })
}

async function images(): Promise<Promise<Asset>[]> {
  const paths = await Array.fromAsync(glob('assets/*.svg'))
  return paths.map(async path => [basename(path), await readFile(path)] as const)
}

async function emit(name: string, content: Buffer): Promise<[name: string, file: string]> {
  const end = extname(name)
  const file = `${basename(name, end)}.${sha(content).slice(0, 8)}${end}`
  // Compressing the largest library takes seconds, so what stands there from before is kept. It was written last.
  if (existsSync(`${OUT}/${file}`)) return [name, file]
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    promisify(gzip)(content, { level: 9 }),
  ])
  await Promise.all([writeFile(`${OUT}/${file}.br`, br), writeFile(`${OUT}/${file}.gz`, gz)])
  await writeFile(`${OUT}/${file}.new`, content)
  await rename(`${OUT}/${file}.new`, `${OUT}/${file}`)
  return [name, file]
}

async function removeOthers(files: string[]): Promise<void> {
  const kept = new Set([basename(MANIFEST), ...files.flatMap(file => [file, `${file}.br`, `${file}.gz`])])
  const old = (await readdir(OUT)).filter(file => !kept.has(file))
  await Promise.all(old.map(file => rm(`${OUT}/${file}`, { force: true })))
}

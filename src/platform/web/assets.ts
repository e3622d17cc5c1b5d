// What browsers load, served from memory. The build named every file by its content and compressed it (tools/assets.ts),
// so a request only picks the copy that the browser can read, and may keep it for ever.

import { existsSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { Hono } from 'hono'
import { z } from 'zod'
import { acceptedEncodings } from './encoding.ts'

const FOLDER = new URL('../../../public/assets/', import.meta.url)

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
}

interface File {
  type: string
  plain: Uint8Array<ArrayBuffer>
  br: Uint8Array<ArrayBuffer>
  gzip: Uint8Array<ArrayBuffer>
}

interface Assets {
  urls: Map<string, string>
  files: Map<string, File>
}

let loaded: Assets | undefined

/** The fingerprinted URL of an asset, such as `/assets/styles.1f0c9a3b.css` for `styles.css`. Throws on an unknown name. */
export function asset(name: string): string {
  const url = assets().urls.get(name)
  if (!url) throw new Error(`No asset is named ${name}`)
  return url
}

/** Serves `/assets/*` to any method that reads: precompressed where the browser takes it, immutable, else 404. */
export function assetRoutes(): Hono {
  return new Hono().get('/assets/:file', c => {
    const file = assets().files.get(c.req.param('file'))
    // No page: this route stands before what draws one, and a browser asks for an asset on behalf of a page.
    if (!file) return c.text('Not found\n', 404, { 'Cache-Control': 'no-cache' })
    const encoding = bestEncoding(c.req.header('Accept-Encoding'))
    c.header('Vary', 'Accept-Encoding')
    c.header('Cache-Control', 'public, max-age=31536000, immutable')
    c.header('Content-Type', file.type)
    if (encoding !== 'plain') c.header('Content-Encoding', encoding)
    return c.body(file[encoding])
  })
}

function assets(): Assets {
  loaded ??= load()
  return loaded
}

function load(): Assets {
  const path = new URL('manifest.json', FOLDER)
  if (!existsSync(path)) throw new Error('The assets are not built: run npm run build')
  const manifest = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, 'utf8')))
  const read = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)))
  const urls = new Map<string, string>()
  const files = new Map<string, File>()
  for (const [name, file] of Object.entries(manifest)) {
    const type = TYPES[extname(file)]
    if (!type) throw new Error(`No content type is known for ${file}`)
    urls.set(name, `/assets/${file}`)
    files.set(file, { type, plain: read(file), br: read(`${file}.br`), gzip: read(`${file}.gz`) })
  }
  return { urls, files }
}

function bestEncoding(header: string | undefined): 'br' | 'gzip' | 'plain' {
  const accepted = acceptedEncodings(header)
  if (accepted.includes('br')) return 'br'
  return accepted.includes('gzip') ? 'gzip' : 'plain'
}

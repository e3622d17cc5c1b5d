// The document of the API, written from the routes as they are built: `api/openapi.json`.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApi } from '../src/api.ts'
import { parseConfig } from '../src/config.ts'
import { root } from '../src/platform/root.ts'

const PATH = join(root, 'api/openapi.json')

/** Writes the document; with `verify` only says whether what is committed is the same. */
export async function generateDocument({ verify }: { verify: boolean }): Promise<boolean> {
  const unused = { config: parseConfig({}), callers: {} } as Parameters<typeof createApi>[0]
  const text = `${JSON.stringify(createApi(unused).document, null, 2)}\n`
  if (verify) return text === (await readFile(PATH, 'utf8').catch(() => ''))
  await mkdir(join(root, 'api'), { recursive: true })
  await writeFile(PATH, text)
  return true
}

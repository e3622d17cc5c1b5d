// The rules that the API's document is held to: Redocly's recommended ones, warnings too. Nothing is fetched, so a
// reference to elsewhere is a fault.

import { existsSync } from 'node:fs'
import { BaseResolver, createConfig, lint } from '@redocly/openapi-core'

/** Gives each fault of an OpenAPI document as one line: the rule, what is wrong, where. Throws when it can't be read. */
export async function lintDocument(path: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] })
  const externalRefResolver = new BaseResolver({ http: { headers: [], customFetch: refuse } })
  const faults = await lint({ ref: path, config, externalRefResolver })
  return faults.map(({ ruleId, message, location }) => {
    const places = location.map(({ pointer }) => pointer ?? '#').join(', ')
    return `${ruleId}: ${message.trim().replaceAll(/\s+/g, ' ')} (${places})`
  })
}

/** The same, as a step of `npm run lint`. */
export async function checkDocument(path: string): Promise<{ ok: boolean; said: string }> {
  if (!existsSync(path)) return { ok: false, said: `There is no ${path}: run npm run generate` }
  const faults = await lintDocument(path)
  return { ok: faults.length === 0, said: faults.join('\n') }
}

const refuse = () => Promise.reject(new Error('nothing is fetched'))

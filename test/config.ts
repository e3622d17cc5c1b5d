import assert from 'node:assert/strict'
import { ConfigError, parseConfig } from '../src/config.ts'

/** What is wrong with an environment, a line each; none when it parses. */
export function faultsOf(environment: Record<string, string>): string[] {
  try {
    parseConfig(environment)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.message.split('\n')
  }
}

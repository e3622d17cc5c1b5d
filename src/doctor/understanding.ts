// A configuration with faults is understood as far as it goes: what is malformed is left out and told, so that the rest
// of the installation can be looked at.

import { type Config, ConfigError, parseConfig } from '../config.ts'
import { variableOfProvider } from '../variables.ts'

type Environment = Record<string, string | undefined>

export interface Understood {
  readonly config: Config
  /** A line each, which begins with the variable's name */
  readonly faults: readonly string[]
}

/** Every fault of parseConfig, and what the configuration is without the variables that have one. */
export function understand(environment: Environment): Understood {
  const given = { ...environment }
  const faults: string[] = []
  for (;;) {
    try {
      return { config: parseConfig(given), faults }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const lines = error.message.split('\n')
      faults.push(...lines)
      for (const line of lines) leaveOut(given, line.slice(0, line.indexOf(':')))
    }
  }
}

function leaveOut(given: Environment, name: string): void {
  for (const key of Object.keys(given)) if (groupOf(key) === groupOf(name)) delete given[key]
  // Production has no default for it. Nothing that is looked at is signed by it.
  if (name === 'SESSION_SECRET') given.SESSION_SECRET = 'left out, since what was given is no use'
}

/** Variables that are needed together go together. */
function groupOf(name: string): string {
  const provider = variableOfProvider(name)?.provider
  if (provider) return `OIDC_${provider}`
  return /^(S3|GOOGLE)_/.exec(name)?.[0] ?? (name === 'MAIL_FROM' ? 'SMTP_URL' : name)
}

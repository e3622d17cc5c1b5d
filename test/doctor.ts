// What `xtablo doctor` finds in an installation on the database of a test.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { lookAt } from '../src/commands/doctor.ts'
import { asJson, asText } from '../src/doctor/report.ts'
import type { TestDatabase } from './database.ts'
import { temporaryFolder } from './folder.ts'

interface Examined {
  /** The one finding of this name that is like this, as `state: what it says | what to do`. Throws when there is none. */
  finding(name: string, like?: RegExp): string
  /** The names of all findings, in order. */
  names: string[]
}

/** Secrets that no report may hold: all of these tests have “hidden” in them. */
export const SECRET = 'Zr8-hidden-2Qx!hidden~7Lm_hidden=4Tv'

/** Looks at it, and holds the report to saying no secret. */
export async function examined(
  { url }: Pick<TestDatabase, 'url'>,
  environment: Record<string, string> = {},
  { deep = false } = {},
): Promise<Examined> {
  const given = {
    DATABASE_URL: url,
    DATA_DIR: join(temporaryFolder(), 'data'),
    PORT: '0',
    SESSION_SECRET: SECRET,
    ...environment,
  }
  const { findings, close } = await lookAt(given, { deep })
  await close()
  assert.doesNotMatch(asText(findings) + asJson(findings), /hidden/i)
  const finding = (name: string, like = /./) => {
    const lines = findings
      .filter(each => each.name === name)
      .map(({ state, says, todo }) => [`${state}: ${says}`, ...todo].join(' | '))
    const line = lines.find(each => like.test(each))
    assert.ok(line, `${name} is like ${like}, in\n${asText(findings)}`)
    return line
  }
  return { finding, names: findings.map(({ name }) => name) }
}

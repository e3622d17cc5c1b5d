// What was found, for people and for programs.

import type { Named, State } from './findings.ts'

const SIGNS: Record<State, string> = { fine: '✔', warning: '!', fault: '✘', skipped: '–' }

/** A line for each finding, what to do below it, and a summary. */
export function asText(findings: readonly Named[]): string {
  const [left, seen] = [true, false].map(yes => findings.filter(({ state }) => (state === 'skipped') === yes))
  const lines = (seen ?? []).flatMap(({ state, name, says, todo }) => [
    `${SIGNS[state]} ${name}: ${says}`,
    ...todo.map(line => `    ${line}`),
  ])
  // For one reason they are often many.
  const notLookedAt = [...Map.groupBy(left ?? [], ({ says }) => says)].map(
    ([says, all]) => `${SIGNS.skipped} ${says}: ${all.map(({ name }) => name).join(', ')}`,
  )
  return `${[...lines, ...notLookedAt, '', summary(findings)].join('\n')}\n`
}

/** One object: whether all is well, and every finding. */
export const asJson = (findings: readonly Named[]): string =>
  `${JSON.stringify({ ok: !hasFault(findings), summary: summary(findings), findings }, null, 2)}\n`

export const hasFault = (findings: readonly Named[]): boolean =>
  findings.some(({ state }) => state === 'fault')

function summary(findings: readonly Named[]): string {
  const count = (state: State) => findings.filter(finding => finding.state === state).length
  const [faults, warnings, left] = [count('fault'), count('warning'), count('skipped')]
  const parts = [`${count('fine')} fine`, numbered(warnings, 'warning'), numbered(faults, 'fault')]
  return [...parts, ...(left > 0 ? [`${left} not looked at`] : [])].join(', ')
}

const numbered = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`

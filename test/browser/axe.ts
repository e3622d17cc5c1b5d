import assert from 'node:assert/strict'
import axe from 'axe-core'
import type { Page } from 'playwright-core'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

interface Violation {
  id: string
  nodes: { html: string }[]
}

const axeFinds = (page: Page, rules: { type: 'tag' | 'rule'; values: string[] }): Promise<Violation[]> =>
  page.evaluate(`axe.run({ runOnly: ${JSON.stringify(rules)} }).then(({ violations }) =>
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })))`)

/** Looks at a page in light and in dark. */
export async function check(page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // In the dark only the colours are other ones.
    const violations = await axeFinds(
      page,
      colorScheme === 'light' ? { type: 'tag', values: WCAG } : { type: 'rule', values: ['color-contrast'] },
    )
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join('\n')}`)
    assert.deepEqual(found, [], `${what}, ${colorScheme}`)
  }
}

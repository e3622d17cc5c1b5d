import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median } from './measure.ts'
import { section, withSection } from './report.ts'

const report = (commit: string, day = '2026-01-02') =>
  section({ measured: [], facts: [], machine: 'A machine.', pace: 'At a walk.', commit, day })

test('the newest figures come first, under the introduction', () => {
  const document = withSection(
    withSection('# Benchmarks\n\n## How to read\n\nSlowly.\n', report('aaa')),
    report('bbb'),
  )
  assert.match(document, /^# Benchmarks\n\n## How to read\n\nSlowly\.\n\n## 2026-01-02 · bbb\n/)
  assert.deepEqual(document.match(/^## 2.*$/gm), ['## 2026-01-02 · bbb', '## 2026-01-02 · aaa'])
})

test('figures of the same commit replace its earlier ones', () => {
  const document = withSection(
    withSection('# Benchmarks\n', report('aaa with changes')),
    report('aaa', '2026-01-03'),
  )
  assert.deepEqual(document.match(/^## .*$/gm), ['## 2026-01-03 · aaa'])
})

test('a row says how it compares and which targets it missed', () => {
  const row = {
    name: 'Move',
    perSecond: 1234.4,
    p50: 1,
    p99: 2.26,
    bytes: 900,
    failures: 1,
    ratios: [0.25, 1, 2],
  }
  const targets = [
    { text: '≥ 500/s', met: true },
    { text: 'none failed', met: false },
  ]
  const measured = [{ rows: [{ ...row, targets }], floors: [] }]
  const text = section({ measured, facts: [], machine: '', pace: '', commit: 'aaa', day: '2026-01-02' })
  assert.match(
    text,
    /^\| Move \| 1,234 \| 1\.0 \| 2\.3 \| 900 \| 1 \| 0\.25 \| 1\.00 \| 2\.00 \| ≥ 500\/s: met; none failed: \*\*missed\*\* \|$/m,
  )
})

test('the median is the middle one, or between the middle two', () => {
  assert.equal(median([3, 1, 2]), 2)
  assert.equal(median([4, 1, 3, 2]), 2.5)
})

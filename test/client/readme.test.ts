// The examples of the client's README: they compile, they run, and they say what they are said to say.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../src/platform/root.ts'
import { PASSWORD } from '../cast.ts'
import { program } from '../command.ts'
import { project } from './installed.ts'
import { served } from './served.ts'

const { baseUrl, people, tokenOf } = await served()
const { folder, check } = project()

const readme = readFileSync(join(root, 'client/README.md'), 'utf8')
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)
const written = examples.join('\n')

/** What the comments say is printed: those on a line of their own, and those beside a console.log. */
const promised = written
  .split('\n')
  .flatMap(line => /^\s*\/\/ (.*)$|console\.log\(.*\/\/ (.*)$/.exec(line) ?? [])
  .filter((part, index) => index % 3 !== 0 && part !== undefined)

const own: [inReadme: string, here: string][] = [
  ['https://xtablo.example.org', baseUrl],
  ['xtb_…', await tokenOf(people.ada)],
  ['ada@example.org', people.ada.email],
  ['a few words to remember', PASSWORD],
]

// Wrong in every line but the first and the last.
const WRONG = `export const wrong = (xtablo: import('@xtablo/client').Xtablo) => [
  xtablo.createTask('id', { titel: 'a' }),
  xtablo.GET('/api/v1/nothing'),
  xtablo.GET('/api/v1/tasks/{task_id}'),
  xtablo.POST('/api/v1/tablos', { body: { title: 'a', color: 'mauve' } }),
  xtablo.GET('/api/v1/me').then(({ data }) => data.nmae),
  xtablo.list('/api/v1/me'),
]`

const file = join(folder, 'readme.ts')
writeFileSync(
  file,
  own.reduce((code, [given, here]) => code.replaceAll(given, here), written),
)
writeFileSync(join(folder, 'wrong.ts'), WRONG)
// Once for both: a compiler takes seconds to begin.
const faults = check()
  .split('\n')
  .flatMap(line => /^\S+\(\d+/.exec(line)?.[0] ?? [])

test('the examples of the README compile, run, and print what they say', async () => {
  assert.ok(examples.length >= 8 && promised.length >= 12)
  for (const [given] of own) assert.ok(written.includes(given), given)
  assert.deepEqual(
    faults.filter(fault => !fault.startsWith('wrong.ts')),
    [],
  )
  const run = program(file, [], {})
  const code = await run.ended
  assert.deepEqual(run.said().trimEnd().split('\n'), promised)
  assert.equal(code, 0)
})

test('what the API does not take or give does not compile', () => {
  assert.deepEqual(
    faults.filter(fault => fault.startsWith('wrong.ts')),
    [2, 3, 4, 5, 6, 7].map(line => `wrong.ts(${line}`),
  )
})

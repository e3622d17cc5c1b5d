// The example that imports a CSV, as a process, on the product.

import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from '../../client/src/index.ts'
import { root } from '../../src/platform/root.ts'
import { program } from '../command.ts'
import { project } from './installed.ts'
import { line } from './line.ts'
import { served } from './served.ts'

const { baseUrl, people, port, tablo, tokenOf } = await served()
const token = await tokenOf(people.ben)
const xtablo = createClient({ baseUrl, token })
const { folder } = project('csv-parse')
cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })

const SAMPLE = join(folder, 'examples/trello.csv')

async function importing(args: string[], environment: Record<string, string> = {}) {
  const env = { XTABLO_URL: baseUrl, XTABLO_TOKEN: token, ...environment }
  const run = program(join(folder, 'examples/import-csv.ts'), args, env)
  const code = await run.ended
  return { code, said: run.said() }
}

function csv(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const tasksOf = (id: string) => Array.fromAsync(xtablo.tasks(id))
const titlesOf = async (id: string) => (await tasksOf(id)).map(({ status, title }) => `${status}: ${title}`)
const tabloIn = (said: string) => /\/tablos\/([0-9a-f-]{36})/.exec(said)?.[1] ?? ''

test('the sample comes in, in its order and its columns, and a second run adds nothing', async () => {
  const { code, said } = await importing([SAMPLE, '--title', 'Bakery of the sample'])
  assert.equal(code, 0, said)
  assert.match(said, /“Someday” is unknown, so its tasks \(1\) go to todo/)
  assert.match(said, /they are archived: 1$/m)
  const id = tabloIn(said)
  const expected = [
    'todo: Choose a name',
    'todo: Print the menu',
    'todo: Terrace in summer ☀️',
    'in_progress: Order flour 🌾',
    'in_progress: Compare ovens',
    'in_review: Sign the lease',
    'done: Find a shop',
  ]
  assert.deepEqual(await titlesOf(id), expected)
  const lease = (await tasksOf(id)).find(({ title }) => title === 'Sign the lease')
  assert.equal(
    lease?.description,
    'Read it twice,\nthen ask Élodie about clause "7 b".\n\nLabels: legal (red)\nMembers: Élodie\nDue Date: 2026-12-01T09:00:00.000Z',
  )
  const again = await importing([SAMPLE, '--title', 'Bakery of the sample'])
  assert.deepEqual({ code: again.code, id: tabloIn(again.said) }, { code: 0, id })
  assert.deepEqual(await titlesOf(id), expected)
  const mapped = await importing([SAMPLE, '--tablo', id, '--map', 'someday=in review'])
  assert.equal(mapped.code, 1)
  assert.match(mapped.said, /line 10: it was added before, with another status/)
  assert.deepEqual(await titlesOf(id), expected)
})

test('a Tablo that an earlier run made and somebody deleted is made anew; what was added before is said', async () => {
  const file = csv('again.csv', 'title\nOnce\nTwice\n')
  const first = await importing([file, '--title', 'Made again'])
  assert.match((await importing([file, '--title', 'Made again'])).said, /An earlier run brought 2 of them/)
  await xtablo.DELETE('/api/v1/tablos/{tablo_id}', { params: { path: { tablo_id: tabloIn(first.said) } } })
  const { code, said } = await importing([file, '--title', 'Made again'])
  assert.equal(code, 0, said)
  assert.notEqual(tabloIn(said), tabloIn(first.said))
  assert.deepEqual(await titlesOf(tabloIn(said)), ['todo: Once', 'todo: Twice'])
})

test('a hostile file: what can be read comes in, and the rest is named by its line', async () => {
  const long = 'é'.repeat(501)
  const file = csv(
    'hostile.csv',
    [
      '\ufefftitle;description;status',
      '"Semicolons; and ""quotes""";"two\r\nlines";Terminé',
      `${long};;todo`,
      ';no title;todo',
      'same;;',
      'same;;',
      'too;many;fields;here',
      `${'🍞'.repeat(500)};;IN-PROGRESS`,
      '<script>alert(1)</script>;=1+1;in_review',
      'a "quoted" word;;done',
      '',
      'nul\0;;done',
      'last;;done',
    ].join('\r\n'),
  )
  const { code, said } = await importing([file, '--tablo', tablo])
  assert.equal(code, 1)
  assert.deepEqual(await titlesOf(tablo), [
    'todo: same',
    'todo: same',
    `in_progress: ${'🍞'.repeat(500)}`,
    'in_review: <script>alert(1)</script>',
    'done: Semicolons; and "quotes"',
    'done: a "quoted" word',
    'done: last',
  ])
  const refused = [...said.matchAll(/^ {2}line (\d+): (\S+)/gm)].map(([, line, what]) => `${line} ${what}`)
  assert.deepEqual(refused.sort(), ['13 title:', '4 title:', '5 title:', '8 it'])
  assert.match(said, /7 of 11\nRefused: 4$/m)
  await importing([file, '--tablo', tablo])
  assert.equal((await titlesOf(tablo)).length, 7)
})

test('a corrected file adds only what was missing', async () => {
  const { id } = await xtablo.createTablo({ title: 'Corrected' })
  const first = await importing([csv('c.csv', 'title\none\n \ntwo\n'), '--tablo', id])
  assert.match(first.said, /line 3: title: Enter a title/)
  const { code } = await importing([csv('c.csv', 'title\nzero\none\nmended\ntwo\n'), '--tablo', id])
  assert.equal(code, 0)
  assert.deepEqual(await titlesOf(id), ['todo: one', 'todo: two', 'todo: zero', 'todo: mended'])
})

test('an import that breaks off says how far it came, and goes on when it is run again', async () => {
  const { id } = await xtablo.createTablo({ title: 'Broken off' })
  const titles = Array.from({ length: 60 }, (_, row) => `Row ${row}`)
  const file = csv('rows.csv', ['title', ...titles].join('\n'))
  const wire = await line(port)
  const first = importing([file, '--tablo', id], { XTABLO_URL: wire.baseUrl })
  while ((await titlesOf(id)).length < 3) await new Promise(done => setTimeout(done, 5))
  wire.loseAnswers(1_000)
  const { code, said } = await first
  assert.equal(code, 1)
  assert.match(said, /^It stopped after \d+ of 60\. Run it again to go on\.$/m)
  assert.match(said, /Xtablo was not reached/)
  assert.equal((await importing([file, '--tablo', id])).code, 0)
  assert.deepEqual(
    await titlesOf(id),
    titles.map(title => `todo: ${title}`),
  )
})

test('what is no CSV of tasks is told, and nothing is made', async () => {
  const before = (await Array.fromAsync(xtablo.tablos())).length
  for (const [content, words] of [
    ['title\n"never closed', /Quote Not Closed/],
    ['when,where\n1,2', /no column “Card Name” or “title”/],
    ['', /no column/],
    [Buffer.from('title\nCr\xe8me', 'latin1'), /not in UTF-8/],
  ] as const) {
    const { code, said } = await importing([csv('bad.csv', content)])
    assert.equal(code, 1)
    assert.match(said, words)
  }
  assert.match((await importing([join(folder, 'none.csv')])).said, /ENOENT/)
  assert.equal((await Array.fromAsync(xtablo.tablos())).length, before)
})

test('being called wrongly ends with 2, the reason and the usage', async () => {
  const wrong: [string[], Record<string, string>, RegExp][] = [
    [[], {}, /Name one file/],
    [[SAMPLE, '--what'], {}, /--what/],
    [[SAMPLE, '--map', 'Backlog=nowhere'], {}, /--map "Backlog=nowhere" is not/],
    [[SAMPLE, '--title', 'a', '--tablo', tablo], {}, /not both/],
    [[SAMPLE], { XTABLO_URL: 'example.org' }, /Set XTABLO_URL/],
    [[SAMPLE], { XTABLO_TOKEN: '' }, /Set XTABLO_TOKEN/],
  ]
  const runs = await Promise.all(wrong.map(([args, environment]) => importing(args, environment)))
  for (const [index, { code, said }] of runs.entries()) {
    assert.equal(code, 2)
    assert.match(said, wrong[index]?.[2] ?? /never/)
    assert.match(said, /^Usage: /m)
  }
})

test('a bad token, one that may only read, a Tablo that is not there and a server that is not are told', async () => {
  const reading = await tokenOf(people.ben, 'read')
  const faults: [string[], Record<string, string>, RegExp][] = [
    [[], { XTABLO_TOKEN: 'xtb_nothing' }, /does not take the token in XTABLO_TOKEN/],
    [[], { XTABLO_TOKEN: reading }, /may|read/],
    [['--tablo', '019a9e0d-3c4d-7e5f-9a6b-7c8d9e0f1a2b'], {}, /nothing here/],
    [[], { XTABLO_URL: 'http://127.0.0.1:2' }, /Xtablo was not reached/],
    [[], { XTABLO_URL: `${baseUrl}/login?` }, /Status|not one of Xtablo|does not speak/],
  ]
  const runs = await Promise.all(
    faults.map(([args, environment]) => importing([SAMPLE, ...args], environment)),
  )
  for (const [index, { code, said }] of runs.entries()) {
    assert.equal(code, 1, said)
    assert.match(said, faults[index]?.[2] ?? /never/)
    assert.doesNotMatch(said, /^\s+at /m)
  }
})

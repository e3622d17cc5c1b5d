import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { root } from '../src/platform/root.ts'

const copy = mkdtempSync(join(tmpdir(), 'xtablo-lint-'))
after(() => rmSync(copy, { recursive: true }))
for (const name of [
  'src',
  'test',
  'tools',
  'deploy',
  'assets',
  'client/src',
  'client/package.json',
  'examples',
  'package.json',
  'tsconfig.json',
  '.dependency-cruiser.mjs',
])
  cpSync(join(root, name), join(copy, name), { recursive: true })
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))

function lintImports(): { status: number | null; said: string } {
  const args = ['tools/lint.ts', 'imports']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

test('lint passes what there is, and fails each wrong import by the name of the rule', () => {
  assert.deepEqual(lintImports(), { status: 0, said: '✔ imports\n' })

  // One for every rule, all planted at once: a run takes a second.
  const planted: [file: string, line: string, rule: string][] = [
    ['src/errors.ts', `import './platform/ids.ts'`, 'texts-errors-config-are-the-ground'],
    [
      'src/platform/ids.ts',
      `import type { Actor } from '../accounts/actor.ts'\nexport type A = Actor`,
      'platform-knows-nothing-of-the-product',
    ],
    ['src/platform/log.ts', `import '../ui/colors.ts'`, 'platform-knows-nothing-of-the-product'],
    ['src/ui/classes.ts', `import '../tasks/card.ts'`, 'ui-knows-no-feature'],
    ['src/activity/kinds.ts', `import '../accounts/tokens.ts'`, 'activity-is-under-every-feature'],
    ['src/accounts/tokens.ts', `import '../activity/kinds.ts'`, 'accounts-know-no-other-feature'],
    ['src/tablos/roles.ts', `import '../tasks/card.ts'`, 'tablos-know-no-content'],
    ['src/tasks/card.ts', `import '../demo/samples.ts'`, 'content-knows-tablos-accounts-activity'],
    ['src/tasks/schema.ts', `import '../tablos/pages.tsx'`, 'routes-and-views-are-private'],
    ['src/tasks/move-menu.tsx', `import '../accounts/settings-views.tsx'`, 'routes-and-views-are-private'],
    ['src/demo/story.ts', `import '../admin/heartbeat.ts'`, 'admin-is-above-all-features'],
    ['src/files/cleanup.ts', `import '../backup/errors.ts'`, 'backup-is-above-all-features'],
    ['src/admin/only.ts', `import '../doctor/mail.ts'`, 'doctor-is-asked-by-its-command'],
    ['src/tasks/parts.tsx', `import '../app.ts'`, 'nothing-below-the-roof-knows-it'],
    ['src/admin/debug.ts', `import '../commands/jobs.ts'`, 'commands-are-called-by-main'],
    ['src/serve.ts', `import './main.ts'`, 'main-is-the-top'],
    ['src/worker.ts', `import './serve.ts'`, 'app-and-worker-are-served'],
    ['src/tasks/kanban.tsx', `import '../../test/cast.ts'`, 'product-without-tests'],
    ['src/tasks/views.tsx', `import './tasks.test.ts'`, 'product-without-tests'],
    ['test/cast.ts', `import '../src/tasks/tasks.test.ts'`, 'tests-are-imported-by-nothing'],
    ['deploy/proof/load.ts', `import '../../src/tasks/card.ts'`, 'deploy-knows-the-image'],
    ['assets/app.ts', `import '../src/tasks/card.ts'`, 'browser-scripts-stand-alone'],
    ['client/src/retrying.ts', `import '../../src/errors.ts'`, 'client-stands-alone'],
    ['client/src/tokens.ts', `import 'node:crypto'`, 'client-runs-anywhere'],
    ['examples/import-csv.ts', `import '../client/src/errors.ts'`, 'examples-use-the-client'],
    ['src/tasks/ordering.ts', `import '../../client/src/errors.ts'`, 'product-without-client'],
    ['src/platform/secret.ts', `import './tracing/otlp.ts'`, 'traces-are-loaded-where-wanted'],
    ['src/platform/input.ts', `import '@opentelemetry/api'`, 'traces-are-loaded-where-wanted'],
    ['src/open.ts', `import 'fast-check'`, 'what-runs-is-a-dependency'],
    ['src/config.ts', `import './no-such-file.ts'`, 'found'],
    ['src/files/files.ts', `import '../tasks/tasks.ts'`, 'content-knows-tablos-accounts-activity'],
    ['src/ui/one.ts', `import './two.ts'`, 'no-circles'],
    ['src/ui/two.ts', `import './one.ts'`, 'no-circles'],
  ]
  for (const [file, line] of planted) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    appendFileSync(join(copy, file), `\n${line}\n`)
  }
  const { status, said } = lintImports()
  assert.equal(status, 1)
  const faults = said.split('\n').map((line, index, lines) => `${line}${lines[index + 1] ?? ''}`)
  for (const [file, , rule] of planted)
    assert.ok(
      faults.some(fault => fault.includes(`${file} → `) && fault.includes(` ${rule}: `)),
      `${rule} for ${file} in\n${said}`,
    )
})

test('lint fails on a file that it can’t read', () => {
  // One file is enough from here on, and looked at in a moment.
  for (const folder of ['src', 'test']) rmSync(join(copy, folder), { recursive: true })
  for (const folder of ['src/tasks', 'test']) mkdirSync(join(copy, folder), { recursive: true })
  writeFileSync(join(copy, 'src/tasks/tasks.ts'), 'export const none = []\n')
  writeFileSync(
    join(copy, 'src/unreadable.ts'),
    'export async function f(x: AsyncDisposable) {\n  await using y = x\n}\n',
  )
  const { status, said } = lintImports()
  assert.equal(status, 1)
  assert.match(said, /src\/unreadable\.ts/)
})

test('lint fails when a file was not looked at', () => {
  rmSync(join(copy, 'src/unreadable.ts'))
  writeFileSync(
    join(copy, '.dependency-cruiser.mjs'),
    `export default { forbidden: [], options: { exclude: { path: '^src/tasks/' } } }`,
  )
  const { status, said } = lintImports()
  assert.equal(status, 1)
  assert.match(said, /src\/tasks\/tasks\.ts was not looked at/)
})

test('a step that does not exist is told', () => {
  const { status, stdout } = spawnSync(process.execPath, ['tools/lint.ts', 'nothing'], {
    cwd: copy,
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.match(stdout, /style, imports, unused, types/)
})

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DOCUMENT } from '../test/api-document.ts'
import { temporaryFolder } from '../test/folder.ts'
import { checkDocument, lintDocument } from './api.ts'

const folder = temporaryFolder()

function written(document: object): string {
  const path = join(folder, 'openapi.json')
  writeFileSync(path, JSON.stringify(document))
  return path
}

test('a document that is right has no fault', async () => {
  const path = written(DOCUMENT)
  assert.deepEqual(await lintDocument(path), [])
  assert.deepEqual(await checkDocument(path), { ok: true, said: '' })
})

test('errors and warnings are told alike: the rule, what is wrong, and where', async () => {
  const { license: _, ...info } = DOCUMENT.info
  const me = { ...DOCUMENT.paths['/api/v1/me'].get, summary: undefined, operationId: 'listTablos' }
  const paths = { ...DOCUMENT.paths, '/api/v1/me': { get: me } }
  const path = written({ ...DOCUMENT, info, paths })
  const faults = await lintDocument(path)
  const rules = faults.map(fault => fault.split(':')[0]).sort()
  assert.deepEqual(rules, ['info-license', 'operation-operationId-unique', 'operation-summary'])
  assert.ok(
    faults.some(fault => /^info-license: .+ \(#\/info.*\)$/.test(fault)),
    faults.join('\n'),
  )
  assert.deepEqual(await checkDocument(path), { ok: false, said: faults.join('\n') })
})

test('an example that its schema refuses is a fault', async () => {
  const text = JSON.stringify(DOCUMENT).replace(
    '"status":"in_progress","after"',
    '"status":"nothing","after"',
  )
  assert.match((await lintDocument(written(JSON.parse(text)))).join('\n'), /no-invalid-media-type-examples/)
})

test('what would have to be fetched is a fault, and nothing is', async () => {
  const fetched = globalThis.fetch
  globalThis.fetch = () => assert.fail('fetched')
  try {
    const Person = { $ref: 'http://127.0.0.1:9/person.json' }
    const components = { ...DOCUMENT.components, schemas: { ...DOCUMENT.components.schemas, Person } }
    assert.match((await lintDocument(written({ ...DOCUMENT, components }))).join('\n'), /nothing is fetched/)
  } finally {
    globalThis.fetch = fetched
  }
})

test('a document that is not there is told, with what to do', async () => {
  const { ok, said } = await checkDocument(join(folder, 'none.json'))
  assert.ok(!ok)
  assert.match(said, /npm run generate/)
})

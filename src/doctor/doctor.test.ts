import assert from 'node:assert/strict'
import { test } from 'node:test'
import { xtablo } from '../../test/command.ts'
import { testDatabase } from '../../test/database.ts'
import { examined } from '../../test/doctor.ts'

const database = await testDatabase()
const NOWHERE = { url: 'postgres://ada:hidden@127.0.0.1:1/x' }

test('a healthy installation is told so, line by line, and it ends with 0', async () => {
  const start = xtablo(database, ['start'])
  const [, port = ''] = await start.says(/Xtablo is ready: http:\/\/[\w.]+:(\d+)\//)
  await start.says(/worker heartbeat/)
  let said = ''
  // What the heartbeat has said, is written a moment later.
  for (let attempt = 0; attempt < 20 && !/, 0 warnings, 0 faults\n$/.test(said); attempt++) {
    const doctor = xtablo(database, ['doctor'], { PORT: port })
    assert.equal(await doctor.ended, 0, doctor.said())
    said = doctor.said()
  }
  assert.match(said, /^✔ configuration: development, http:\/\/127\.0\.0\.1:\d+\/, files in a folder\n/)
  assert.match(said, /^✔ mail: shown at \/dev\/mail, none leaves$/m)
  assert.match(said, /\n\n17 fine, 0 warnings, 0 faults\n$/)
  assert.equal(said.match(/^✔/gm)?.length, 17)
  start.process.kill('SIGTERM')
  assert.equal(await start.ended, 0)
})

test('with the database away the rest is looked at, and it ends with 1', async () => {
  const { finding } = await examined(NOWHERE)
  assert.match(
    finding('database'),
    /^fault: The database can't be reached: .*127\.0\.0\.1:1.*Check DATABASE_URL/,
  )
  assert.match(finding('storage'), /^fine: /)
  assert.match(finding('migrations'), /^skipped: not looked at, since there is no database/)
  const doctor = xtablo(NOWHERE, ['doctor'])
  assert.equal(await doctor.ended, 1)
  assert.match(
    doctor.said(),
    /^– not looked at, since there is no database: migrations, privileges, .*jobs\n\n.* 1 fault, 8 not looked at\n$/m,
  )
  assert.doesNotMatch(doctor.said(), /hidden/)
})

test('programs get the same as JSON', async () => {
  const doctor = xtablo(NOWHERE, ['doctor', '--json'])
  assert.equal(await doctor.ended, 1)
  const { ok, summary, findings } = JSON.parse(doctor.said())
  assert.equal(ok, false)
  assert.match(summary, /1 fault, 8 not looked at$/)
  const database = findings.find(({ name }: { name: string }) => name === 'database')
  assert.deepEqual(Object.keys(database), ['name', 'state', 'says', 'todo'])
  assert.equal(database.state, 'fault')
})

test('arguments that it does not know are refused', async () => {
  const { ended, said } = xtablo(database, ['doctor', '--everything'])
  assert.equal(await ended, 1)
  assert.match(said(), /^“--everything” is not understood here\./)
})

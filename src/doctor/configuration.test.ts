import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { xtablo } from '../../test/command.ts'
import { testDatabase } from '../../test/database.ts'
import { examined, SECRET } from '../../test/doctor.ts'
import { temporaryFolder } from '../../test/folder.ts'

const database = await testDatabase()
const PRODUCTION = { ENV: 'production', BASE_URL: 'https://127.0.0.1:1', TRUST_PROXY: '127.0.0.1' }

test('every fault of the configuration is told, and what it leaves to see is looked at', async () => {
  const { finding, names } = await examined(database, {
    PORT: 'x',
    MAX_UPLOAD_SIZE_MB: '0',
    S3_ENDPOINT: 'https://s3.example.org',
    S3_SECRET_KEY: 'hidden',
  })
  assert.match(finding('configuration', /PORT/), /^fault: PORT: expected a port .* \| Correct it/)
  assert.match(finding('configuration', /MAX_/), /^fault: MAX_UPLOAD_SIZE_MB: expected a whole number/)
  assert.match(
    finding('configuration', /S3_BUCKET/),
    /^fault: S3_BUCKET: needed with S3_ENDPOINT, S3_SECRET_KEY/,
  )
  assert.match(finding('database'), /^fine: Postgres/)
  for (const name of ['web', 'address', 'storage', 'files'])
    assert.match(finding(name), /^skipped: .* the configuration does not say which/)
  assert.equal(names.filter(name => name === 'configuration').length, 3)
})

test('a database or a folder that is not understood is not replaced by another', async () => {
  const wrong = await examined({ url: 'hidden' })
  assert.match(wrong.finding('configuration'), /^fault: DATABASE_URL: expected/)
  assert.match(wrong.finding('database'), /^skipped: /)
  const long = await examined(database, { ENV: 'production', SESSION_SECRET: 'hidden' })
  assert.match(long.finding('configuration', /SESSION/), /^fault: SESSION_SECRET: expected at least 32/)
  assert.match(long.finding('database'), /^fine: /)
})

test('a secret of the example is a fault, and one that repeats itself a warning', async () => {
  const example = await examined(database, { SESSION_SECRET: 'replace-this-by-what-openssl-rand-prints' })
  assert.match(
    example.finding('configuration'),
    /^fault: SESSION_SECRET is still the example.*openssl rand -hex 32/,
  )
  const key = {
    S3_BUCKET: 'files',
    S3_ACCESS_KEY: 'replace-this-by-the-id-of-the-key',
    S3_SECRET_KEY: 'hidden',
  }
  const s3 = await examined(database, { ...key, S3_ENDPOINT: 'http://127.0.0.1:1' })
  assert.match(s3.finding('configuration'), /^fault: S3_ACCESS_KEY is still the example/)
  const weak = await examined(database, { SESSION_SECRET: 'hiddenhiddenhiddenhiddenhiddenhidden' })
  assert.match(weak.finding('configuration'), /^warning: SESSION_SECRET repeats itself/)
})

test('a variable that is nearly one of ours is told', async () => {
  const { finding } = await examined(database, {
    S3_BUKET: 'x',
    SIGN_UP: 'open',
    HOME: '/',
    TRUST_PROXIES: 'x',
  })
  assert.match(
    finding('configuration', /BUKET/),
    /^warning: There is no variable S3_BUKET.*If S3_BUCKET is meant/,
  )
  assert.match(finding('configuration', /SIGN_UP/), /If SIGNUP is meant/)
  assert.throws(() => finding('configuration', /HOME/))
})

test('what is unsafe in production is warned of', async () => {
  const plain = await examined(database, { ...PRODUCTION, BASE_URL: 'http://tablo.invalid', SIGNUP: 'open' })
  assert.match(
    plain.finding('configuration', /BASE_URL/),
    /^warning: BASE_URL is http:\/\/tablo\.invalid\/: passwords/,
  )
  assert.match(plain.finding('configuration', /SIGNUP/), /^warning: Anybody .* \| Set SIGNUP=invite/)
  const proxied = await examined(database, { ...PRODUCTION, TRUST_PROXY: '' })
  assert.match(proxied.finding('configuration'), /^warning: BASE_URL is https.*TRUST_PROXY=127\.0\.0\.1/)
  const well = await examined(database, PRODUCTION)
  assert.match(well.finding('configuration'), /^fine: production/)
  assert.match(
    well.finding('machine'),
    process.getuid?.() === 0 ? /^warning: This runs as root/ : /^fine: Node/,
  )
  assert.match(well.finding('mail'), /^warning: No mail is sent.*reset-password EMAIL prints a link/)
})

test('a .env is told of in production, and one that asks for production is a fault', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, '.env'), 'ENV=production\n')
  const asking = xtablo(database, ['doctor'], { SESSION_SECRET: SECRET }, folder)
  assert.equal(await asking.ended, 1)
  assert.match(asking.said(), /^✘ configuration: ENV=production belongs into the environment/m)
  assert.match(asking.said(), /^✔ database: /m)
  const ignored = xtablo(database, ['doctor'], { ...PRODUCTION, SESSION_SECRET: SECRET }, folder)
  await ignored.ended
  assert.match(ignored.said(), /^! machine: There is a \.env here, which is not read/m)
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { type FakeS3, startFakeS3 } from '../../../test/fake-s3.ts'
import { startS3 } from '../../../test/s3.ts'
import { newId } from '../ids.ts'
import { type S3Options, s3Storage } from './s3.ts'
import { type Storage, StorageError } from './storage.ts'

const local = await startS3()
const newKey = () => `files/${newId()}/${newId()}`
const plain = { type: 'text/plain', signal: new AbortController().signal }

async function* of(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

function open(options: S3Options): Storage {
  const storage = s3Storage(options)
  after(() => storage.close())
  return storage
}

/** The fault and the message of what a storage throws, which is one line and tells no secret. */
async function faultOf(work: Promise<unknown>, { secretKey }: S3Options): Promise<string> {
  const error = await work.then(
    () => assert.fail('There was no fault'),
    error => error,
  )
  assert.ok(error instanceof StorageError, error.stack)
  assert.ok(!error.message.includes(secretKey) && !error.message.includes('\n'), error.message)
  return `${error.fault}: ${error.message}`
}

test('what it was told to use and is not there is told by the variable to look at', async () => {
  const cases: [Partial<S3Options>, RegExp][] = [
    [{ bucket: 'elsewhere' }, /^misconfigured: There is no bucket “elsewhere”: check S3_BUCKET/],
    [{ accessKey: 'STRANGER' }, /^misconfigured: .*check S3_ACCESS_KEY/],
    [
      { endpoint: 'http://127.0.0.1:1' },
      /^unavailable: http:\/\/127\.0\.0\.1:1 can't be reached \(ECONNREFUSED\)/,
    ],
    [
      { endpoint: local.endpoint?.replace('http:', 'https:') },
      /^misconfigured: No safe connection.*check S3_ENDPOINT/,
    ],
  ]
  for (const [wrong, says] of cases) {
    const options = { ...local, ...wrong }
    assert.match(await faultOf(open(options).check(), options), says)
  }
})

/** A fake that answers every request for objects with an error; `times` is how often, then it works. */
async function refusing(status: number, code: string, times = Number.POSITIVE_INFINITY): Promise<FakeS3> {
  const fake = await startFakeS3()
  let left = times
  fake.before = (_, answer) => {
    if (left-- <= 0) return true
    answer
      .writeHead(status)
      .end(code && `<Error><Code>${code}</Code><Message>hidden-secret</Message></Error>`)
    return false
  }
  return fake
}

test('each refusal is the fault that it is', async () => {
  const cases: [number, string, RegExp][] = [
    [403, 'AccessDenied', /^misconfigured: .*S3_ACCESS_KEY/],
    [403, '', /^misconfigured: .*S3_ACCESS_KEY/],
    [301, 'PermanentRedirect', /^misconfigured: .*S3_REGION/],
    [400, 'AuthorizationHeaderMalformed', /^misconfigured: .*S3_REGION/],
    [403, 'SignatureDoesNotMatch', /^misconfigured: .*S3_SECRET_KEY/],
    [403, 'RequestTimeTooSkewed', /^misconfigured: .*clock/],
    [405, '', /^misconfigured: .*S3_ENDPOINT/],
    [507, 'XMinioStorageFull', /^full: /],
    [400, 'EntityTooLarge', /^full: /],
    [400, 'XMinioAdminBucketQuotaExceeded', /^full: /],
    [404, 'NoSuchUpload', /^unavailable: The object was removed while it was written/],
    [503, 'SlowDown', /^unavailable: .* answers 503 for now/],
    [500, 'InternalError', /^unavailable: .* answers 500 for now/],
  ]
  await Promise.all(
    cases.map(async ([status, code, says]) => {
      const { options, objects } = await refusing(status, code)
      const put = open(options).put(newKey(), of(randomBytes(10)), plain)
      assert.match(await faultOf(put, options), says, `${status} ${code}`)
      assert.equal(objects.size, 0)
    }),
  )
})

test('a storage that is too busy for a moment is asked again, with the same bytes', async () => {
  const fake = await refusing(503, 'SlowDown', 2)
  const key = newKey()
  const bytes = randomBytes(1000)
  await open(fake.options).put(key, of(bytes), plain)
  assert.ok(fake.objects.get(key)?.equals(bytes))
})

test('a storage that takes connections and never answers is unavailable', async () => {
  const silent = createServer(socket => socket.on('error', () => {}).resume())
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  after(() => silent.close())
  const { port } = silent.address() as { port: number }
  const options = { ...local, endpoint: `http://127.0.0.1:${port}`, idleMs: 200 }
  const storage = s3Storage(options)
  assert.match(
    await faultOf(storage.read(newKey()), options),
    /^unavailable: .*can't be reached \(TimeoutError\)/,
  )
  storage.close()
})

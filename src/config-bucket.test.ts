import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf } from '../test/config.ts'
import { parseConfig } from './config.ts'

test('a bucket needs its keys, and what is about a bucket needs one', () => {
  const keys = { S3_ACCESS_KEY: 'id', S3_SECRET_KEY: 'secret' }
  const named = (environment: Record<string, string>) =>
    faultsOf(environment).map(fault => fault.split(':')[0])
  assert.deepEqual(named({ S3_BUCKET: 'files' }), ['S3_ACCESS_KEY', 'S3_SECRET_KEY'])
  assert.deepEqual(named({ S3_BUCKET: 'files', S3_ACCESS_KEY: 'id' }), ['S3_SECRET_KEY'])
  assert.deepEqual(named({ S3_BUCKET: 'files', ...keys }), [])
  for (const [name, value] of Object.entries({
    ...keys,
    S3_REGION: 'auto',
    S3_ENDPOINT: 'https://s3.example.org',
  })) {
    const [fault = '', ...others] = faultsOf({ [name]: value })
    assert.match(fault, new RegExp(`^S3_BUCKET: needed with ${name}, `))
    assert.deepEqual(others, [])
  }
})

test('the bucket goes before the host at Amazon, and into the path elsewhere, unless told', () => {
  const styleOf = (environment: Record<string, string>) =>
    parseConfig({ S3_BUCKET: 'files', S3_ACCESS_KEY: 'id', S3_SECRET_KEY: 'secret', ...environment }).s3
      ?.pathStyle
  assert.equal(styleOf({}), false)
  assert.equal(styleOf({ S3_ENDPOINT: 'https://s3.eu-west-3.amazonaws.com' }), false)
  assert.equal(styleOf({ S3_ENDPOINT: 'https://account.r2.cloudflarestorage.com' }), true)
  assert.equal(styleOf({ S3_ENDPOINT: 'https://amazonaws.com.example.org' }), true)
  assert.equal(styleOf({ S3_USE_PATH_STYLE: 'true' }), true)
  assert.equal(styleOf({ S3_ENDPOINT: 'http://minio:9000', S3_USE_PATH_STYLE: 'false' }), false)
})

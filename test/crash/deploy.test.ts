// The image and the stack, for real. It takes some minutes, and is skipped where there is no podman.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { root } from '../../src/platform/root.ts'

/** Of deploy/proof/prove.ts. */
const CANNOT = 2

test('the image is built, and the stack serves, is upgraded, rolled back, killed, and comes back', {
  timeout: 540_000,
}, async t => {
  const proof = spawn(process.execPath, [join(root, 'deploy/proof/prove.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: t.signal,
    killSignal: 'SIGTERM',
  })
  const [said, code] = await Promise.all([
    text(proof.stdout),
    new Promise<number | null>((done, fail) => proof.once('error', fail).once('close', done)),
  ])
  if (code === CANNOT) return t.skip(said.trim())
  t.diagnostic(said)
  assert.equal(code, 0, said)
})

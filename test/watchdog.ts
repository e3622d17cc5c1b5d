// Loaded into every test file's process. node:test ends a test that takes too long, but not a file that never ends:
// a loop that never yields, or a connection left open. A thread of its own does.

import { Worker } from 'node:worker_threads'

const limit = Number(process.env.XTABLO_TEST_FILE_LIMIT ?? 0)
const file = process.argv[1]

const guard = `
  const { writeSync } = require('node:fs')
  setTimeout(() => {
    writeSync(2, ${JSON.stringify(`${file} did not end within ${limit / 1000} s: a loop, or something left open\n`)})
    process.kill(${process.pid}, 'SIGKILL')
  }, ${limit})`

if (limit > 0) new Worker(guard, { eval: true, execArgv: [] }).unref()

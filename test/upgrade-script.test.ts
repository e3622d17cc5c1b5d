// deploy/upgrade.sh with an engine that only keeps a list of containers: what the script asks of Docker, and in which
// order. That it does so with real ones is proved by test/crash/deploy.test.ts, with podman.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../src/platform/root.ts'
import { temporaryFolder } from './folder.ts'

/** A container is a line: id, service, oneoff, tag, name. `SICK` is the service whose new containers are not well. */
const DOCKER = `#!/bin/sh
set -eu
cd "$(dirname "$0")"
echo "$*" >> asked
case "$1" in
  compose)
    for service; do :; done
    replicas=$(eval echo "\\$$(echo "$service" | tr a-z A-Z)_REPLICAS")
    while [ "$(grep -c " $service False" list)" -lt "$replicas" ]; do
      number=$(($(cat number) + 1)); echo $number > number
      printf 'c%03d %s False %s xtablo-%s-%s\\n' $number "$service" "$TAG" "$service" $number >> list
    done ;;
  ps)
    service=$(echo "$*" | sed 's/.*service=\\([a-z]*\\).*/\\1/')
    case "$*" in *oneoff=False*) grep " $service False" list ;; *) grep " $service " list ;; esac | cut -d ' ' -f 1 ;;
  exec) if grep "^$2 \${SICK:-nothing} False new" list; then echo sick; exit 1; fi ;;
  inspect) sed -n "s/^$4 .* /\\//p" list ;;
  rm) for id; do sed -i "/^$id /d" list; done ;;
  rename) sed -i "s/^\\($2 .*\\) [^ ]*$/\\1 $3/" list ;;
esac
`

function server(containers: string[]) {
  const folder = temporaryFolder()
  const write = (name: string, text: string, mode = 0o600) =>
    writeFileSync(join(folder, name), text, { mode })
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n')
  write('docker', DOCKER, 0o755)
  // Nothing here takes time.
  write('sleep', '#!/bin/sh\n', 0o755)
  write('list', `${containers.join('\n')}\n`)
  write('number', '9')
  write('asked', '')
  write('.env.prod', 'IMAGE=xtablo\nTAG=old\nDOMAIN=tablo.example.org\n')
  const upgrade = (environment: Record<string, string> = {}) =>
    spawnSync(join(root, 'deploy/upgrade.sh'), ['new'], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env.PATH}`, ...environment },
    })
  const stopped = () => read('asked').filter(line => line.startsWith('stop '))
  return { folder, read, upgrade, stopped }
}

const OLD = ['c001 web False old xtablo-web-1', 'c002 worker False old xtablo-worker-1']

test('an upgrade puts as many new containers in the place of the old ones, under their names', () => {
  const { folder, read, upgrade, stopped } = server([...OLD, 'c003 web False old xtablo-web-2'])
  const { status, stdout, stderr } = upgrade()
  assert.deepEqual([status, stdout, stderr], [0, 'web: new\nworker: new\n', ''])
  assert.deepEqual(read('list'), [
    'c010 web False new xtablo-web-1',
    'c011 web False new xtablo-web-2',
    'c012 worker False new xtablo-worker-1',
  ])
  assert.deepEqual(stopped(), ['stop -t 15 c001', 'stop -t 15 c003', 'stop -t 15 c002'])
  assert.deepEqual(read('.env.prod'), ['IMAGE=xtablo', 'TAG=new', 'DOMAIN=tablo.example.org'])
  assert.equal(statSync(join(folder, '.env.prod')).mode & 0o777, 0o600)
})

test('when the new web does not become well it is removed, and nothing else has changed', () => {
  const { read, upgrade, stopped } = server(OLD)
  const { status, stderr } = upgrade({ SICK: 'web' })
  assert.equal(status, 1)
  assert.match(stderr, /^The web of new does not become well, and is removed:\n.*sick/s)
  assert.deepEqual([read('list'), stopped()], [OLD, []])
  assert.ok(read('.env.prod').includes('TAG=old'))
})

test('when the new worker does not, the old one stays, and the same command goes on or back', () => {
  const { read, upgrade } = server(OLD)
  assert.equal(upgrade({ SICK: 'worker' }).status, 1)
  assert.deepEqual(read('list'), [OLD[1], 'c010 web False new xtablo-web-1'])
  assert.ok(read('.env.prod').includes('TAG=old'))
  assert.equal(upgrade().status, 0)
  assert.deepEqual(
    read('list').map(line => line.split(' ').slice(1).join(' ')),
    ['web False new xtablo-web-1', 'worker False new xtablo-worker-1'],
  )
})

test('what somebody runs beside them is left alone', () => {
  const backup = 'c003 web True old xtablo-web-run-1'
  const { read, upgrade, stopped } = server([...OLD, backup])
  assert.equal(upgrade().status, 0)
  assert.equal(read('list').length, 3)
  assert.ok(read('list').includes(backup))
  assert.deepEqual(stopped(), ['stop -t 15 c001', 'stop -t 15 c002'])
})

test('where nothing runs there is nothing to upgrade', () => {
  const { upgrade } = server(['c003 caddy False old xtablo-caddy-1'])
  const { status, stderr } = upgrade()
  assert.deepEqual([status, stderr], [1, 'No web runs here: start it by compose … up -d.\n'])
})

// The metrics of the product as it runs, and that the dashboard and the alerts ask for what is there.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { xtablo } from '../test/command.ts'
import { testDatabase } from '../test/database.ts'
import { valuesIn } from '../test/metrics.ts'
import { root } from './platform/root.ts'

const database = await testDatabase()
const METRICS = /metrics: (http:\/\/[\w.:[\]]+\/metrics)/
const READY = /Xtablo is ready: (http:\/\/[\w.]+:\d+)\//

const product = xtablo(database, ['start'], { METRICS_PORT: '0' })
const [, url = ''] = await product.says(METRICS)
const [, address = ''] = await product.says(READY)
const scrape = async (from = url) => (await fetch(from)).text()

const fileOf = (name: string) => join(root, 'deploy', name)
const rules = readFileSync(fileOf('prometheus-alerts.yaml'), 'utf8')
const dashboard: Dashboard = JSON.parse(readFileSync(fileOf('grafana-dashboard.json'), 'utf8'))
/** Of Debian's package `prometheus`. */
const PROMTOOL = '/usr/bin/promtool'

interface Dashboard {
  schemaVersion: number
  panels: { id: number; type: string; title: string; datasource?: object; targets?: Target[] }[]
  templating: { list: { name: string; type: string }[] }
}

interface Target {
  expr: string
  datasource: object
}

test('start tells what web and worker do, on a port of its own and no other', async () => {
  assert.equal((await fetch(`${address}/login`)).status, 200)
  assert.equal((await fetch(`${address}/metrics`)).status, 404)
  const beats = (text: string) => valuesIn(text, 'xtablo_job_duration_seconds_count')
  while (!beats(await scrape())['kind="heartbeat",outcome="completed"']) await setTimeout(50)
  const text = await scrape()
  assert.deepEqual(valuesIn(text, 'http_request_duration_seconds_count'), {
    'method="GET",route="/login",status="200"': 1,
    'method="GET",route="unmatched",status="404"': 1,
  })
  assert.deepEqual(valuesIn(text, 'xtablo_db_up'), { '': 1 })
  assert.equal(valuesIn(text, 'xtablo_storage_duration_seconds_count')['operation="check"'], 1)
})

test('web and worker each tell theirs, and both what the queue holds; the port goes with them', async () => {
  for (const command of ['web', 'worker']) {
    const one = xtablo(database, [command], { METRICS_PORT: '0' })
    const [, own = ''] = await one.says(METRICS)
    await one.says(command === 'web' ? READY : /worker ready/)
    assert.ok('kind="heartbeat",state="discarded"' in valuesIn(await scrape(own), 'xtablo_jobs'), command)
    one.process.kill('SIGTERM')
    assert.equal(await one.ended, 0, one.said())
    await assert.rejects(scrape(own))
  }
})

test('nobody is told without METRICS_PORT', async () => {
  const web = xtablo(database, ['web'])
  await web.says(READY)
  assert.doesNotMatch(web.said(), METRICS)
  web.process.kill('SIGTERM')
  await web.ended
})

test('a port or an address that can’t be had is one line, which names the variable', async () => {
  const { port } = new URL(url)
  const taken = xtablo(database, ['worker'], { METRICS_PORT: port })
  assert.equal(await taken.ended, 1)
  assert.match(
    taken.said(),
    new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken: .*set METRICS_PORT to another`, 'm'),
  )
  const elsewhere = xtablo(database, ['web'], { METRICS_PORT: '0', METRICS_HOST: '192.0.2.1' })
  assert.equal(await elsewhere.ended, 1)
  assert.match(elsewhere.said(), /^Xtablo can't listen on 192\.0\.2\.1: set METRICS_HOST/m)
})

test('the dashboard and the alerts ask for metrics that there are', async () => {
  const there = new Map(
    [...(await scrape()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  )
  const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  assert.ok(expressions.length > 25)
  for (const text of [...expressions, rules, JSON.stringify(dashboard.templating)]) {
    const names = text.match(/\b(?:http|xtablo|nodejs|process)_\w+/g) ?? []
    assert.ok(names.length > 0, text)
    for (const name of names) {
      const [, histogram = ''] = /^(\w+)_(?:bucket|sum|count)$/.exec(name) ?? []
      assert.ok(there.has(name) || there.get(histogram) === 'histogram', `${name} in ${text}`)
    }
  }
})

test('the dashboard can be imported: each panel has its place, and its data from where one chooses', () => {
  assert.ok(dashboard.schemaVersion >= 38)
  const chosen = { type: 'prometheus', uid: '${' + 'datasource}' }
  const names = dashboard.templating.list.map(({ name, type }) => `${type} ${name}`)
  assert.deepEqual(names, ['datasource datasource', 'query job'])
  const panels = dashboard.panels.filter(({ type }) => type !== 'row')
  assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length)
  for (const { title, datasource, targets = [] } of panels) {
    assert.ok(targets.length > 0, title)
    for (const from of [datasource, ...targets.map(target => target.datasource)])
      assert.deepEqual(from, chosen, title)
  }
})

test('promtool finds no fault with the alerts', { skip: !existsSync(PROMTOOL) && 'no promtool here' }, () => {
  const said = execFileSync(PROMTOOL, ['check', 'rules', fileOf('prometheus-alerts.yaml')], {
    encoding: 'utf8',
  })
  assert.match(said, /SUCCESS: \d+ rules found/)
})

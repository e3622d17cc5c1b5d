// Imports a CSV of tasks, such as Trello exports, into a Tablo. It is safe to run again: each task is sent with a key made
// of what it is, so for a day the same task of the same file is added once, whatever stopped the run before.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { parseArgs } from 'node:util'
import { createClient, type Xtablo, XtabloError } from '@xtablo/client'
import { plain, type Row, readTasks, type Status, statuses, type Tasks, Unreadable } from './csv-tasks.ts'

const USAGE = `Usage: npm run import-csv -- FILE [options]

  --title TITLE        the title of the new Tablo; the name of the file unless given
  --tablo ID           add to this Tablo instead of making one
  --map "LIST=STATUS"  where the tasks of a list go: ${statuses.join(', ')}; may be repeated

XTABLO_URL is where your Xtablo is, and XTABLO_TOKEN a personal token that may write (/settings/tokens).`

/** What is wrong with how it was called. */
class BadUsage extends Error {}

interface Asked {
  file: string
  title: string | undefined
  tablo: string | undefined
  map: Map<string, Status>
  baseUrl: string
  token: string
}

process.exitCode = await main().catch(explain)

async function main(): Promise<number> {
  const asked = read(process.argv.slice(2), process.env)
  const bytes = bytesOf(asked.file)
  const tasks = readTasks(bytes, asked.map)
  for (const [list, count] of tasks.unknownLists)
    say(
      `The list “${list}” is unknown, so its tasks (${count}) go to todo. --map "${list}=done" would say otherwise.`,
    )
  if (tasks.archived > 0) say(`Left out, for they are archived: ${tasks.archived}`)
  const xtablo = createClient({ baseUrl: asked.baseUrl, token: asked.token })
  const tablo = await tabloOf(xtablo, asked, bytes)
  const all = tasks.rows.length + tasks.broken.length
  const refused = [...tasks.broken, ...(await add(xtablo, tablo, tasks))]
  say(`Tasks in ${asked.baseUrl}/tablos/${tablo}: ${all - refused.length} of ${all}`)
  if (refused.length === 0) return 0
  complain(`Refused: ${refused.length}`)
  for (const why of refused) complain(`  ${why}`)
  complain(`Correct them and run it again with --tablo ${tablo}: what is there is not added twice.`)
  return 1
}

function read(args: string[], { XTABLO_URL = '', XTABLO_TOKEN = '' }: NodeJS.ProcessEnv): Asked {
  const { values, positionals } = parsed(args)
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new BadUsage('Name one file.')
  const { title, tablo } = values
  if (title !== undefined && tablo !== undefined) throw new BadUsage('Give --title or --tablo, not both.')
  if (!URL.canParse(XTABLO_URL) || !/^https?:$/.test(new URL(XTABLO_URL).protocol))
    throw new BadUsage('Set XTABLO_URL to an address such as https://xtablo.example.org.')
  if (XTABLO_TOKEN === '') throw new BadUsage('Set XTABLO_TOKEN to a personal token.')
  const map = new Map(values.map?.map(mapping))
  return { file, title, tablo, map, baseUrl: XTABLO_URL.replace(/\/+$/, ''), token: XTABLO_TOKEN }
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        title: { type: 'string' },
        tablo: { type: 'string' },
        map: { type: 'string', multiple: true },
      },
    })
  } catch (error) {
    throw new BadUsage((error as Error).message)
  }
}

function mapping(text: string): [string, Status] {
  const cut = text.lastIndexOf('=')
  const status = statuses.find(each => each === plain(text.slice(cut + 1)).replaceAll(' ', '_'))
  if (cut < 1 || !status) throw new BadUsage(`--map "${text}" is not "LIST=STATUS": ${statuses.join(', ')}.`)
  return [plain(text.slice(0, cut)), status]
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Unreadable((error as Error).message)
  }
}

/** The Tablo that was asked for, or one made for this file. */
async function tabloOf(xtablo: Xtablo, { tablo, title, file }: Asked, bytes: Buffer): Promise<string> {
  const body = { title: title ?? basename(file, extname(file)) }
  for (let nth = 1; ; nth++) {
    const header = { 'Idempotency-Key': keyOf('tablo', body.title, bytes, String(nth)) }
    const id = tablo ?? (await xtablo.POST('/api/v1/tablos', { params: { header }, body })).data.id
    try {
      const { data } = await xtablo.GET('/api/v1/tablos/{tablo_id}', { params: { path: { tablo_id: id } } })
      if (data.archived_at !== null) complain('This Tablo is archived: restore it to see it with the others.')
      return id
    } catch (error) {
      // The one that an earlier run made may be deleted since, and then a new one is what is wanted.
      if (tablo !== undefined || !(error instanceof XtabloError) || error.status !== 404) throw error
    }
  }
}

/** Adds the tasks one after another, for each goes to the foot of its column. Gives those that are refused, in words. */
async function add(xtablo: Xtablo, tablo: string, { rows }: Tasks): Promise<string[]> {
  const refused: string[] = []
  let earlier = 0
  const twins = new Map<string, number>()
  for (const [index, { line, task, list }] of rows.entries()) {
    const key = keyOfRow(tablo, { task, list }, twins)
    const params = { path: { tablo_id: tablo }, header: { 'Idempotency-Key': key } }
    try {
      const { response } = await xtablo.POST('/api/v1/tablos/{tablo_id}/tasks', { params, body: task })
      if (response.headers.has('Idempotency-Replayed')) earlier++
    } catch (error) {
      if (!(error instanceof XtabloError)) throw error
      if (error.code === 'unreachable')
        complain(`It stopped after ${index} of ${rows.length}. Run it again to go on.`)
      if (error.status !== 422) throw error
      refused.push(`line ${line}: ${reasonOf(error)}`)
    }
    progress(index + 1, rows.length)
  }
  if (earlier > 0)
    say(`An earlier run brought ${earlier} of them, which are not added again, also if they are gone since.`)
  return refused
}

function reasonOf({ errors }: XtabloError): string {
  const reasons = errors.map(({ field, message }) =>
    field === 'Idempotency-Key' ? 'it was added before, with another status.' : `${field}: ${message}`,
  )
  return reasons.join(' ')
}

/** Of two that are the same in all, each has its own; where a row stands says nothing, so lines may be added between. */
function keyOfRow(
  tablo: string,
  { task, list }: Pick<Row, 'task' | 'list'>,
  twins: Map<string, number>,
): string {
  const same = keyOf('task', tablo, task.title, task.description ?? '', list)
  const nth = (twins.get(same) ?? 0) + 1
  twins.set(same, nth)
  return keyOf(same, String(nth))
}

function keyOf(...parts: (string | Buffer)[]): string {
  const whole = JSON.stringify(parts.map(part => part.toString()))
  return createHash('sha256').update(whole).digest('base64url')
}

function explain(error: unknown): number {
  if (error instanceof BadUsage) {
    complain(`${error.message}\n\n${USAGE}`)
    return 2
  }
  if (error instanceof Unreadable) complain(`The file can’t be imported. ${error.message}.`)
  else if (!(error instanceof XtabloError)) throw error
  else if (error.code === 'unauthenticated') complain('Xtablo does not take the token in XTABLO_TOKEN.')
  else complain(error.message)
  return 1
}

function progress(done: number, all: number): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${all}${done === all ? '\n' : ''}`)
  else if (done % 100 === 0 || done === all) say(`${done} of ${all}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`)
}

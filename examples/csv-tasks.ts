// Tasks of a CSV file: one exported from Trello, or a plain one with the columns title, description and status.

import type { NewTask } from '@xtablo/client'
import { parse } from 'csv-parse/sync'

export type Status = NonNullable<NewTask['status']>

export interface Row {
  /** The line of the file on which it begins */
  line: number
  task: NewTask
  /** The list that it was in, as the file names it */
  list: string
}

export interface Tasks {
  rows: Row[]
  /** How many were archived there, and are left out */
  archived: number
  /** Lists that no status is known for, with how many tasks each has. These go to `todo` */
  unknownLists: Map<string, number>
  /** Rows that can't be read, in words */
  broken: string[]
}

/** A file that is no CSV of tasks at all. */
export class Unreadable extends Error {}

const COLUMNS = {
  title: ['card name', 'title', 'name', 'task'],
  description: ['card description', 'description'],
  list: ['list name', 'status', 'list'],
  archived: ['archived'],
}

/** What Xtablo has no place of its own for is kept at the foot of the description. */
const KEPT = ['labels', 'due date', 'members']

const LISTS: Record<Status, string[]> = {
  todo: ['todo', 'to do', 'à faire'],
  in_progress: ['in progress', 'doing', 'en cours'],
  in_review: ['in review', 'review', 'en relecture'],
  done: ['done', 'terminé'],
}

export const statuses = Object.keys(LISTS) as Status[]

/** Names are the same whatever their case, and with spaces, dashes or underscores. */
export const plain = (name: string): string =>
  name
    .normalize()
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')

/** The tasks of a file, in its order; `map` says the status of lists by their plain name. Throws Unreadable. */
export function readTasks(bytes: Uint8Array, map: ReadonlyMap<string, Status>): Tasks {
  const [header, ...records] = recordsOf(bytes)
  const names = header?.fields.map(plain) ?? []
  const column = (known: string[]) => names.findIndex(name => known.includes(name))
  const [title, description, list, archived] = [
    column(COLUMNS.title),
    column(COLUMNS.description),
    column(COLUMNS.list),
    column(COLUMNS.archived),
  ]
  if (title === -1) throw new Unreadable('It has no column “Card Name” or “title” in its first line')
  const found: Tasks = { rows: [], archived: 0, unknownLists: new Map(), broken: [] }
  for (const { line, fields } of records) {
    const at = (index: number) => fields[index] ?? ''
    if (fields.length !== names.length)
      found.broken.push(`line ${line}: it has ${fields.length} fields, and the first line ${names.length}`)
    else if (plain(at(archived)) === 'true') found.archived++
    else {
      const name = at(list).trim()
      const status = name === '' ? 'todo' : statusOf(name, map)
      if (!status) found.unknownLists.set(name, (found.unknownLists.get(name) ?? 0) + 1)
      const kept = names.flatMap((each, index) =>
        KEPT.includes(each) && at(index).trim()
          ? [`${header?.fields[index]?.trim()}: ${at(index).trim()}`]
          : [],
      )
      const text = [at(description).trim(), kept.join('\n')].filter(Boolean).join('\n\n')
      found.rows.push({
        line,
        list: name,
        task: { title: at(title), description: text, status: status ?? 'todo' },
      })
    }
  }
  return found
}

function statusOf(list: string, map: ReadonlyMap<string, Status>): Status | undefined {
  const name = plain(list)
  return map.get(name) ?? statuses.find(status => LISTS[status].includes(name))
}

interface Fields {
  line: number
  fields: string[]
}

function recordsOf(bytes: Uint8Array): Fields[] {
  // The parser would count the end of a line inside quotes twice.
  const text = textOf(bytes).replaceAll('\r\n', '\n')
  const [first = ''] = text.split('\n', 1)
  let last = 0
  try {
    const records = parse(text, {
      // Spreadsheets of half of Europe write semicolons.
      delimiter: [',', ';', '\t'].sort(
        (one, other) => first.split(other).length - first.split(one).length,
      )[0],
      bom: true,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
    }) as unknown as { record: string[]; info: { lines: number } }[]
    const all = records.map(({ record, info }) => {
      const line = last + 1
      last = info.lines
      return { line, fields: record }
    })
    // Empty lines say nothing, but count.
    return all.filter(({ fields }) => fields.length > 1 || fields[0] !== '')
  } catch (error) {
    throw new Unreadable((error as Error).message)
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Unreadable('It is not in UTF-8: save it as “CSV UTF-8”')
  }
}

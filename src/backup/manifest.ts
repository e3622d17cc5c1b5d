// What an archive says of itself: first the manifest, by which it is decided whether this release can restore it, and
// after everything else the summary of what came between.

import { z } from 'zod'
import { damaged } from './errors.ts'

export const MANIFEST = 'manifest.json'
export const SUMMARY = 'summary.json'

/** The form of the archive itself. A restore reads this one and those before it. */
export const FORMAT = 1

/** Bytes: more than any manifest or summary has, and little enough to be held. */
const LONGEST = 64 * 1_048_576

/** How many are named. An archive without any of its files is still to be restored. */
const FAULTS = 10_000

const table = z.object({ schema: z.string(), name: z.string(), columns: z.array(z.string()) })
export type Table = z.output<typeof table>

/** What every form of it has. */
const head = z.object({ product: z.literal('xtablo'), format: z.int().min(1), release: z.string() })

const manifest = head.extend({
  /** The moment that the archive shows */
  made_at: z.iso.datetime(),
  postgres: z.string(),
  /** Those that were applied, in order */
  migrations: z.array(z.string()).min(1),
  /** In the order in which they can be filled */
  tables: z.array(table),
  /** Undefined: never used */
  sequences: z.array(z.object({ schema: z.string(), name: z.string(), last: z.string().optional() })),
})
export type Manifest = z.output<typeof manifest>

const fault = z.object({
  /** The key of an object */
  key: z.string(),
  /** What is wrong with it */
  fault: z.enum(['missing', 'short', 'other']),
  /** Bytes of it that are in the archive, and its own */
  size: z.int(),
})
/** An object that was not what its row says when it was read. */
export type Fault = z.output<typeof fault>

const summary = z.object({
  rows: z.int(),
  files: z.int(),
  /** Bytes of the files */
  bytes: z.int(),
  /** How many objects were not what their rows say; of the first of them, what is wrong */
  faulty: z.int(),
  faults: z.array(fault).max(FAULTS),
})
export type Summary = z.output<typeof summary>

/** Adds to a summary that an object is not what its row says. */
export function report(summary: Summary, fault: Fault): void {
  summary.faulty++
  if (summary.faults.length < FAULTS) summary.faults.push(fault)
}

export const nameOf = ({ schema, name }: Pick<Table, 'schema' | 'name'>) => `${schema}.${name}`

/** Of a release that is too new to be understood, only its release and form. */
export function parseManifest(text: string): Manifest | z.output<typeof head> {
  const json = parse(text)
  const { success, data } = head.safeParse(json)
  if (!success) throw damaged(`${MANIFEST} is not one of Xtablo`)
  return data.format > FORMAT ? data : checked(manifest, json, MANIFEST)
}

export const parseSummary = (text: string): Summary => checked(summary, parse(text), SUMMARY)

/** The whole text of an entry. */
export async function textOf(body: AsyncIterable<Uint8Array>, size: number): Promise<string> {
  if (size > LONGEST) throw damaged('an entry is far too long')
  const chunks = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw damaged('one of its own descriptions is not JSON')
  }
}

function checked<S extends z.ZodType>(schema: S, json: unknown, name: string): z.output<S> {
  const { success, data, error } = schema.safeParse(json)
  if (success) return data
  throw damaged(`${name} is not as it should be (${z.prettifyError(error).replaceAll('\n', ' ')})`)
}

// The database side of a restore, all of it in one transaction of the caller: what is there is taken down by the
// migrations of this release, the schema is made as the archive has it, its rows are put in, and the migrations that are
// newer than the archive run over them. Whatever goes wrong, the database stays what it was.
//
// It needs no superuser: tables are filled in the order of their foreign keys, each by one COPY, at whose end a table's
// references to itself are checked too.

import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import type pg from 'pg'
import { from } from 'pg-copy-streams'
import { migrateInside } from '../platform/database/migrate.ts'
import { quoted, quotedColumns, readTables } from './catalog.ts'
import { type Manifest, nameOf, type Table } from './manifest.ts'

export interface Loading {
  /** Tables of the archive that this schema does not have, since somebody else keeps them in the same database. */
  readonly foreign: readonly Table[]
  /** Takes a piece of a table's rows. */
  take(table: Table, body: AsyncIterable<Uint8Array>): Promise<void>
  /** Ends it, after the last piece. */
  end(): Promise<void>
}

/** Makes the schema anew, empty, as the archive has it. */
export async function beginLoading(client: pg.ClientBase, manifest: Manifest): Promise<Loading> {
  await migrateInside(client, 'down')
  await migrateInside(client, 'up', manifest.migrations.length)
  const known = new Set((await readTables(client)).map(nameOf))
  const ours = manifest.tables.filter(table => known.has(nameOf(table)))
  // A migration may put in rows of its own, which are in the archive as they have become.
  await client.query(`truncate ${ours.map(quoted).join(', ')}`)
  let filling: Filling | undefined
  return {
    foreign: manifest.tables.filter(table => !known.has(nameOf(table))),
    take: async (table, body) => {
      if (!known.has(nameOf(table))) return
      if (filling?.table !== table) {
        await filling?.end()
        filling = fill(client, table)
      }
      await filling.take(body)
    },
    end: async () => {
      await filling?.end()
      for (const { schema, name, last } of manifest.sequences.filter(({ last }) => last !== undefined))
        await client.query('select setval(to_regclass($1), $2)', [quoted({ schema, name }), last])
      await migrateInside(client, 'up')
    },
  }
}

interface Filling {
  readonly table: Table
  take(body: AsyncIterable<Uint8Array>): Promise<void>
  end(): Promise<void>
}

/** One COPY, fed by as many pieces as there are. */
function fill(client: pg.ClientBase, table: Table): Filling {
  const copy = client.query(from(`copy ${quoted(table)} (${quotedColumns(table)}) from stdin`))
  const decompress = createZstdDecompress()
  const done = pipeline(decompress, copy)
  // Met at the end, or by a piece that waits; until then nobody else looks.
  done.catch(() => {})
  return {
    table,
    async take(body) {
      for await (const chunk of body)
        if (!decompress.write(chunk)) await Promise.race([once(decompress, 'drain'), done])
    },
    async end() {
      decompress.end()
      await done
    },
  }
}

// What tables there are, and what is in the way of filling one before another.

import pg from 'pg'
import { nameOf, type Table } from './manifest.ts'

/** The schemas of a database of Xtablo: its own, and that of the queue. */
const SCHEMAS = ['public', 'pgboss']

/** As a statement names it. */
export const quoted = ({ schema, name }: Pick<Table, 'schema' | 'name'>) =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`

export const quotedColumns = ({ columns }: Table) => columns.map(pg.escapeIdentifier).join(', ')

/**
 * Every table, those first that others refer to. One that is in partitions counts as one. Columns that follow from
 * others are left out, and so are the tables of extensions.
 */
export async function readTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table & { needs: string[] }>(
    `select nspname as schema, relname as name,
       array(select attname::text from pg_attribute
         where attrelid = class.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum) as columns,
       array(select other_schema.nspname || '.' || other.relname
         from pg_constraint
         join pg_class other on other.oid = coalesce(pg_partition_root(confrelid), confrelid)
         join pg_namespace other_schema on other_schema.oid = other.relnamespace
         where contype = 'f' and coalesce(pg_partition_root(conrelid), conrelid) = class.oid and other.oid <> class.oid
       ) as needs
     from pg_class class join pg_namespace namespace on namespace.oid = relnamespace
     where nspname = any($1) and relkind in ('r', 'p') and not relispartition
       and not exists (select from pg_depend where objid = class.oid and classid = 'pg_class'::regclass and deptype = 'e')
     order by nspname desc, relname`,
    [SCHEMAS],
  )
  return inOrder(rows).map(({ schema, name, columns }) => ({ schema, name, columns }))
}

function inOrder<T extends Table & { needs: string[] }>(tables: readonly T[]): T[] {
  const done = new Set<string>()
  const ordered: T[] = []
  while (ordered.length < tables.length) {
    const free = tables.filter(table => !done.has(nameOf(table)) && table.needs.every(name => done.has(name)))
    if (free.length === 0) throw new Error('Tables refer to each other in a circle')
    for (const table of free) done.add(nameOf(table))
    ordered.push(...free)
  }
  return ordered
}

export async function readSequences(client: pg.ClientBase) {
  const { rows } = await client.query<{ schema: string; name: string; last: string | null }>(
    `select schemaname as schema, sequencename as name, last_value::text as last from pg_sequences
     where schemaname = any($1) order by schemaname, sequencename`,
    [SCHEMAS],
  )
  return rows.map(({ schema, name, last }) => ({ schema, name, ...(last !== null && { last }) }))
}

/** The names of the migrations that were applied, in order; none where there never were any. */
export async function readMigrations(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('public.migrations') is not null as there`,
  )
  if (!rows[0]?.there) return []
  const applied = await client.query<{ name: string }>('select name from migrations order by name')
  return applied.rows.map(({ name }) => name)
}

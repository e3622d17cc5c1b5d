// What a database is made of, as sorted text, so that two can be compared.

import type pg from 'pg'

const OURS = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`

const QUESTIONS = [
  `select format('column %I.%I.%I %s%s default %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
     case when a.attnotnull then ' not null' else '' end, pg_get_expr(d.adbin, d.adrelid))
   from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where ${OURS} and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped`,
  `select format('constraint %I on %s: %s', k.conname, k.conrelid::regclass, pg_get_constraintdef(k.oid))
   from pg_constraint k join pg_namespace n on n.oid = k.connamespace where ${OURS}`,
  `select format('index %s', pg_get_indexdef(i.indexrelid)) from pg_index i
     join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace where ${OURS}`,
  `select format('enum %I.%I: %s', n.nspname, t.typname, string_agg(e.enumlabel, ', ' order by e.enumsortorder))
   from pg_enum e join pg_type t on t.oid = e.enumtypid join pg_namespace n on n.oid = t.typnamespace
   where ${OURS} group by n.nspname, t.typname`,
  `select format('function %s', pg_get_functiondef(p.oid)) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where ${OURS} and p.prokind in ('f', 'p') and p.probin is null`,
  `select format('trigger %s', pg_get_triggerdef(g.oid)) from pg_trigger g where not g.tgisinternal`,
  `select format('sequence %I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where ${OURS} and c.relkind = 'S'`,
  `select format('migration %s serves %s', name, serves) from migration_serves`,
]

/** Its tables, with all that belongs to them, and the migrations that made them. */
export async function catalogOf(pool: pg.Pool): Promise<string[]> {
  const parts = await Promise.all(QUESTIONS.map(question => pool.query({ text: question, rowMode: 'array' })))
  return parts.flatMap(({ rows }) => rows.map(([line]) => String(line))).sort()
}

/** Every row of the tables of ours, by table, each as sorted JSON. */
export async function rowsOf(pool: pg.Pool): Promise<Map<string, Record<string, unknown>[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I', tablename) as name from pg_tables where schemaname = 'public'
       and tablename not in ('migrations', 'migration_serves') order by 1`,
  )
  const content = new Map<string, Record<string, unknown>[]>()
  for (const { name } of tables) {
    const { rows } = await pool.query(
      `select to_jsonb(t) as row from ${name} t order by to_jsonb(t)::text collate "C"`,
    )
    content.set(
      name,
      rows.map(({ row }) => row),
    )
  }
  return content
}

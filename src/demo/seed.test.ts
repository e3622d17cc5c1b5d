import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import { pino } from 'pino'
import { testDatabase } from '../../test/database.ts'
import { TestStorage } from '../../test/storage.ts'
import { signUp } from '../accounts/accounts.ts'
import { signInLimits } from '../accounts/limits.ts'
import { signIn } from '../accounts/sign-in.ts'
import { parseConfig } from '../config.ts'
import { type Db, type Reader, transaction } from '../platform/database/database.ts'
import { website } from './content.en.ts'
import { festival } from './content.fr.ts'
import { seedDemo } from './seed.ts'

const SECRET = 'a secret of thirty-two characters'
const HERE = { address: '127.0.0.1', userAgent: '' }
const TABLES = [
  'users',
  'sessions',
  'tablos',
  'members',
  'tasks',
  'activity',
  'activity_heads',
  'audit',
] as const

const { db, pool } = await testDatabase()
const storage = new TestStorage()
let said: string[] = []

before(async () => {
  said = await seed(db)
})

test('the line on the start signs both people in, and the first of them is the admin', async () => {
  const [, first = '', second = '', password = ''] =
    /^Sign in as (\S+) or (\S+) with the password (\S+)$/.exec(said.join('\n')) ?? []
  const limits = signInLimits(pool, SECRET)
  for (const email of [first, second]) assert.ok(await signIn(db, limits, { email, password }, HERE))
  const roles = await db.selectFrom('users').select(['email', 'role']).orderBy('email').execute()
  assert.deepEqual(roles, [
    { email: first, role: 'admin' },
    { email: second, role: 'user' },
  ])
})

test('a second start adds nothing and says the same line', async () => {
  const counts = await countsOf(db)
  assert.deepEqual(await seed(db), said)
  assert.deepEqual(await countsOf(db), counts)
})

test('each task is in the column that its last move led to, and as its last change named it', async () => {
  const { rows } = await sql<{
    title: string
    status: string
    led: string
    named: string
    version: number
    changes: number
  }>`
    select task.title, task.status::text, task.version,
      coalesce((select payload ->> 'to' from activity where subject_id = task.id and kind = 'task_moved'
        order by version desc limit 1), 'todo') as led,
      (select payload ->> 'title' from activity where subject_id = task.id order by version desc limit 1) as named,
      (select count(*) from activity where subject_id = task.id
        and (kind = 'task_changed' or payload ->> 'from' <> payload ->> 'to')) as changes
    from tasks task`.execute(db)
  assert.ok(rows.length > 80)
  for (const { title, status, led, named, version, changes } of rows)
    assert.deepEqual({ status, title, version }, { status: led, title: named, version: changes + 1 })
})

test('every step of a task starts in the column and with the title where the one before left it', async () => {
  const { rows } = await sql<{ kind: string; broken: boolean }>`
    select kind, coalesce(
        (kind = 'task_created') <> (earlier.title is null)
        or payload ->> 'from' <> earlier.status
        or coalesce(payload ->> 'before', payload ->> 'title') <> earlier.title, false) as broken
    from activity
    cross join lateral (select
      (select payload ->> 'title' from activity other where other.subject_id = activity.subject_id
        and other.version < activity.version order by version desc limit 1) as title,
      coalesce((select payload ->> 'to' from activity other where other.subject_id = activity.subject_id
        and other.version < activity.version and kind = 'task_moved' order by version desc limit 1), 'todo') as status
    ) earlier
    where subject_id is not null and starts_with(kind, 'task_')`.execute(db)
  assert.ok(rows.length > 200)
  assert.deepEqual(
    rows.filter(({ broken }) => broken),
    [],
  )
})

test('the versions of each Tablo have no gap, rise with time, and end in its head', async () => {
  const { rows } = await sql<{ title: string; orderly: boolean }>`
    select title, array_agg(activity.version order by activity.at, activity.id) = array(select generate_series(1, head.version)) as orderly
    from tablos
    join activity on activity.tablo_id = tablos.id
    join activity_heads head on head.tablo_id = tablos.id
    group by tablos.id, head.version`.execute(db)
  assert.equal(rows.length, 5)
  for (const { title, orderly } of rows) assert.ok(orderly, title)
})

test('both large Tablos, one in each language, live for three weeks by the hands of two people', async () => {
  const { rows } = await sql<{
    title: string
    tasks: number
    days: number
    people: number
    kinds: number
    future: number
  }>`
    select title, count(distinct activity.actor_id) as people, count(distinct activity.kind) as kinds,
      count(distinct date_trunc('day', activity.at)) as days,
      count(*) filter (where activity.at > now()) as future,
      (select count(*) from tasks where tablo_id = tablos.id) as tasks
    from tablos join activity on activity.tablo_id = tablos.id
    where title in (${website.title}, ${festival.title})
    group by tablos.id order by tablos.created_at`.execute(db)
  assert.deepEqual(
    rows.map(({ title }) => title),
    [festival.title, website.title],
  )
  for (const { title, tasks, days, people, kinds, future } of rows) {
    assert.ok(tasks >= 38 && tasks <= 44, `${tasks} tasks`)
    assert.ok(days >= 20 && days <= 23, `${days} days`)
    // Files, too, in the one of them.
    const expected = { people: 2, kinds: title === website.title ? 7 : 6, future: 0 }
    assert.deepEqual({ people, kinds, future }, expected)
  }
})

test('one Tablo has files: a table, a text, and an image to look at', async () => {
  const files = await db.selectFrom('files').select(['type', 'state', 'size']).orderBy('id').execute()
  assert.deepEqual(
    files.map(({ type, state }) => `${state} ${type}`),
    ['stored text/plain', 'stored text/plain', 'stored image/png'],
  )
  assert.equal(storage.objects.size, 3)
})

test('there is an empty Tablo, an archived one, and one that the first person may only read', async () => {
  const { rows } = await sql<{ role: string; archived: boolean; empty: boolean }>`
    select members.role::text, archived_at is not null as archived,
      not exists (select from tasks where tablo_id = tablos.id) as empty
    from members join tablos on tablos.id = members.tablo_id join users on users.id = members.user_id
    where users.role = 'admin'`.execute(db)
  const states = rows.map(
    ({ role, archived, empty }) => `${role}${archived ? ' archived' : ''}${empty ? ' empty' : ''}`,
  )
  assert.deepEqual(states.sort(), ['owner', 'owner', 'owner archived', 'owner empty', 'viewer'])
})

test('where somebody has an account, the people of the demo are ordinary users', async () => {
  const other = await testDatabase()
  const root = { name: 'Root', email: 'root@example.org', password: 'correct horse battery', timeZone: 'UTC' }
  await signUp(other.db, root, { signup: 'open', firstByLink: false }, HERE)
  await seed(other.db)
  const admins = await other.db.selectFrom('users').select('email').where('role', '=', 'admin').execute()
  assert.deepEqual(admins, [{ email: root.email }])
  const theirs = await other.db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .where('users.email', '=', root.email)
    .selectAll()
    .execute()
  assert.deepEqual(theirs, [])
})

test('a demo whose people changed their passwords is not told with the old one', async () => {
  const other = await testDatabase()
  await seed(other.db)
  await transaction(other.db, tx => tx.updateTable('users').set({ password_hash: null }).execute())
  assert.match((await seed(other.db)).join(), /reset-password camille/)
})

test('a demo that was deleted does not come back', async () => {
  const other = await testDatabase()
  await seed(other.db)
  await transaction(other.db, tx => tx.deleteFrom('tablos').execute())
  await seed(other.db)
  assert.equal((await countsOf(other.db)).tablos, 0)
})

/** Seeds and gives what was logged. */
async function seed(into: Db): Promise<string[]> {
  const messages: string[] = []
  const log = pino({}, { write: line => messages.push(JSON.parse(line).msg) })
  await seedDemo({ db: into, log, secret: SECRET, storage, config: parseConfig({}) })
  return messages
}

async function countsOf(reader: Reader): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of TABLES) {
    const { count } = await reader
      .selectFrom(table)
      .select(eb => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    counts[table] = count
  }
  return counts
}

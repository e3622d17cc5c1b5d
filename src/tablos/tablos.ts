import { type Expression, sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { record } from '../activity/activity.ts'
import { notFound } from '../errors.ts'
import type { Check } from '../platform/database/check.ts'
import { compiledOnce } from '../platform/database/compiled.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { inTurn } from '../platform/database/turns.ts'
import { violates } from '../platform/database/violation.ts'
import { newId } from '../platform/ids.ts'
import { authorize, type Change, type Role } from './roles.ts'
import type { TabloFields } from './schema.ts'

export interface Tablo extends TabloFields {
  readonly id: string
  readonly role: Role
  readonly archivedAt: Date | null
  /** Rises with every change in the Tablo. */
  readonly version: number
}

/** What of a Tablo a change can be held against: all that is said of it alone, and the role of whoever asks. */
export type TabloState = Omit<Tablo, 'version'>

/** Who sees: an actor, or whoever a larger query is about. */
export interface Seer {
  readonly id: string | Expression<string>
}

/** The Tablos that somebody is a member of. Every read and every lock starts here; what it leaves out does not exist. */
export function visibleTo(reader: Reader, person: Seer) {
  return reader
    .selectFrom('members')
    .innerJoin('tablos', 'tablos.id', 'members.tablo_id')
    .where('members.user_id', '=', person.id)
}

/** One Tablo, if the person may see it. */
export function tabloQuery(reader: Reader, person: Seer, id: string) {
  return visibleTo(reader, person)
    .innerJoin('activity_heads', 'activity_heads.tablo_id', 'tablos.id')
    .where('tablos.id', '=', id)
    .select(['tablos.id', 'title', 'description', 'color', 'archived_at as archivedAt', 'role', 'version'])
}

const findQuery = compiledOnce((reader, person: string, id: string) => tabloQuery(reader, { id: person }, id))

/** One Tablo. Throws not_found. */
export async function find(reader: Reader, actor: Actor, id: string): Promise<Tablo> {
  const [row] = await findQuery(reader, actor.id, id)
  if (!row) throw notFound()
  return row
}

/**
 * Runs a change of a Tablo, or of something in it, in one transaction that holds the Tablo's lock: changes that depend
 * on each other follow one another. Throws not_found, forbidden when the actor's role does not allow the change, and what
 * `check` throws.
 */
export function changing<T>(
  db: Db,
  actor: Actor,
  id: string,
  change: Change,
  work: (tx: Tx, tablo: TabloState) => Promise<T>,
  check?: Check<TabloState>,
): Promise<T> {
  return inTurn(id, () =>
    transaction(db, async tx => {
      const tablo = await lock(tx, actor, id, change)
      check?.(tablo)
      return work(tx, tablo)
    }),
  )
}

/**
 * Makes a Tablo that the actor owns, and gives its id. The same form posted twice makes one; a form that was changed
 * and sent again under the same id makes another.
 */
export async function create(
  db: Db,
  actor: Actor,
  given: TabloFields & { id?: string | undefined },
): Promise<string> {
  const { id = newId(), ...fields } = given
  return transaction(db, async tx => {
    const made = await insert(tx, actor, id, fields)
    if (made) return id
    const same = await visibleTo(tx, actor)
      .where('tablos.id', '=', id)
      .where('title', '=', fields.title)
      .where('description', '=', fields.description)
      .where('color', '=', fields.color)
      .select('tablos.id')
      .executeTakeFirst()
    if (same) return id
    const another = newId()
    await insert(tx, actor, another, fields)
    return another
  })
}

/** Renames, recolours, describes: what is left out stays. Throws what `check` throws, as all changes of a Tablo do. */
export async function change(
  db: Db,
  actor: Actor,
  id: string,
  to: { [F in keyof TabloFields]?: TabloFields[F] | undefined },
  check?: Check<TabloState>,
): Promise<void> {
  const work = async (tx: Tx, before: TabloState) => {
    const { title = before.title, description = before.description, color = before.color } = to
    if (before.title === title && before.description === description && before.color === color) return
    await tx.updateTable('tablos').set({ title, description, color }).where('id', '=', id).execute()
    await record(tx, {
      tablo: id,
      subject: null,
      actor: actor.id,
      kind: 'tablo_changed',
      payload: { title, before: before.title },
    })
  }
  await changing(db, actor, id, 'tablo', work, check)
}

/** Takes the Tablo off the dashboard and keeps everything in it. An archived one stays as it is. */
export async function archive(db: Db, actor: Actor, id: string, check?: Check<TabloState>): Promise<void> {
  const work = async (tx: Tx, { title, archivedAt }: TabloState) => {
    if (archivedAt) return
    await tx.updateTable('tablos').set({ archived_at: sql`now()` }).where('id', '=', id).execute()
    await record(tx, {
      tablo: id,
      subject: null,
      actor: actor.id,
      kind: 'tablo_archived',
      payload: { title },
    })
  }
  await changing(db, actor, id, 'tablo', work, check)
}

/** Puts an archived Tablo back on the dashboard. */
export async function restore(db: Db, actor: Actor, id: string, check?: Check<TabloState>): Promise<void> {
  const work = async (tx: Tx, { title, archivedAt }: TabloState) => {
    if (!archivedAt) return
    await tx.updateTable('tablos').set({ archived_at: null }).where('id', '=', id).execute()
    await record(tx, {
      tablo: id,
      subject: null,
      actor: actor.id,
      kind: 'tablo_restored',
      payload: { title },
    })
  }
  await changing(db, actor, id, 'tablo', work, check)
}

/** Deletes the Tablo with its tasks and members. Its Activity stays. */
export async function remove(db: Db, actor: Actor, id: string, check?: Check<TabloState>): Promise<void> {
  const work = async (tx: Tx, { title }: TabloState) => {
    await tx.deleteFrom('tablos').where('id', '=', id).execute()
    await record(tx, {
      tablo: id,
      subject: null,
      actor: actor.id,
      kind: 'tablo_deleted',
      payload: { title },
    })
  }
  await changing(db, actor, id, 'tablo', work, check)
}

async function lock(tx: Tx, actor: Actor, id: string, change: Change): Promise<TabloState> {
  const row = await visibleTo(tx, actor)
    .where('tablos.id', '=', id)
    .select(['tablos.id', 'title', 'description', 'color', 'archived_at as archivedAt', 'role'])
    // In this order. Whoever waited for the Tablo gets it as it is then, and by the second lock their role, too: without
    // that it would be the one from before the wait, of somebody who was removed meanwhile.
    .forNoKeyUpdate('tablos')
    .forShare('members')
    .executeTakeFirst()
  if (!row) throw notFound()
  authorize(row.role, change)
  return row
}

async function insert(tx: Tx, actor: Actor, id: string, fields: TabloFields): Promise<boolean> {
  const { title, description, color } = fields
  // What outlives a deleted Tablo goes by its id, so that id is never given again: its new owner would see the old past.
  const { numAffectedRows } = await sql`
    insert into tablos (id, title, description, color)
    select ${id}::uuid, ${title}, ${description}, ${color}::tablo_color
    where not exists (select from activity_heads where tablo_id = ${id})
    on conflict (id) do nothing`.execute(tx)
  if (numAffectedRows !== 1n) return false
  try {
    await tx.insertInto('members').values({ tablo_id: id, user_id: actor.id, role: 'owner' }).execute()
  } catch (error) {
    // Whose account was closed meanwhile: a program of theirs may not have been told yet.
    throw violates(error, 'members_user_id_fkey') ? notFound() : error
  }
  await record(tx, { tablo: id, subject: null, actor: actor.id, kind: 'tablo_created', payload: { title } })
  return true
}

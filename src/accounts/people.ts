// The people of this Xtablo, for its admins. A disabled person keeps what they made and can't come in: what they had
// made to come in by ends in the same transaction, and every way to make more of it holds their row and looks.

import { sql } from 'kysely'
import { AppError, notFound } from '../errors.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { endAccess } from './access.ts'
import type { Actor } from './actor.ts'
import { recordAudit } from './audit.ts'
import { endChallenges } from './challenges.ts'
import { endLinks } from './links.ts'
import { endAllSessions } from './sessions.ts'

/** So many people at most, the newest first; with `after`, those that come after the person with this id. */
export async function listPeople(
  reader: Reader,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<PersonEntry[]> {
  return entries(reader)
    .$if(after !== undefined, query => query.where('id', '<', after as string))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** One of them, if there is one. */
export async function readPerson(reader: Reader, id: string): Promise<PersonEntry | undefined> {
  return entries(reader).where('id', '=', id).executeTakeFirst()
}

const entries = (reader: Reader) =>
  reader.selectFrom('users').select(['id', 'name', 'email', 'role', 'created_at', 'disabled_at'])

export type PersonEntry = Awaited<ReturnType<ReturnType<typeof entries>['executeTakeFirstOrThrow']>>

/**
 * Disables an account: its sessions, links and refresh tokens are gone, its personal tokens are refused, its access
 * tokens within a minute. One that is disabled already stays so. Throws not_found for anybody but an admin and for nobody's id,
 * conflict for the admin's own.
 */
export async function disablePerson(db: Db, admin: Actor, id: string, address: string): Promise<void> {
  await managed(db, admin, id, async (tx, { disabled_at }) => {
    if (id === admin.id) throw new AppError('conflict', 'own_account')
    if (disabled_at) return
    await tx.updateTable('users').set({ disabled_at: sql`now()` }).where('id', '=', id).execute()
    await endAllSessions(tx, id)
    await endAccess(tx, id)
    await endLinks(tx, id)
    await endChallenges(tx, id)
    await recordAudit(tx, { kind: 'person_disabled', subject: id, by: admin.id, address })
  })
}

/**
 * Lets a person sign in again; personal tokens that have not expired are good again too. One that is not disabled stays
 * so. Throws not_found for anybody but an admin and for nobody's id.
 */
export async function enablePerson(db: Db, admin: Actor, id: string, address: string): Promise<void> {
  await managed(db, admin, id, async (tx, { disabled_at }) => {
    if (!disabled_at) return
    await tx.updateTable('users').set({ disabled_at: null }).where('id', '=', id).execute()
    await recordAudit(tx, { kind: 'person_enabled', subject: id, by: admin.id, address })
  })
}

/** Runs a change of an account by somebody who is an admin at that moment, and not just disabled by the other one. */
export async function managed(
  db: Db,
  admin: Actor,
  id: string,
  work: (tx: Tx, person: { disabled_at: Date | null }) => Promise<void>,
): Promise<void> {
  await transaction(db, async tx => {
    const locked = await tx
      .selectFrom('users')
      .select(['id', 'role', 'disabled_at'])
      .where('id', 'in', [admin.id, id])
      .orderBy('id')
      .forUpdate()
      .execute()
    const [asker, person] = [admin.id, id].map(each => locked.find(row => row.id === each))
    if (asker?.role !== 'admin' || asker.disabled_at || !person) throw notFound()
    await work(tx, person)
  })
}

// What becomes of a person's Tablos when their account closes. One that they alone own would have no owner: they say of
// each whether somebody else gets it or whether it goes. All of it is in the transaction that closes the account, which
// holds the lock of each Tablo, so that whoever joins or leaves meanwhile does so before or after.

import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Actor } from '../accounts/actor.ts'
import { record } from '../activity/activity.ts'
import { AppError, type FieldErrors } from '../errors.ts'
import type { Reader, Tx } from '../platform/database/database.ts'
import type { TabloColor } from '../ui/colors.ts'
import { endOpenLinks, setRole } from './members.ts'
import type { Role } from './roles.ts'
import { visibleTo } from './tablos.ts'

/** A Tablo with one owner. */
export interface OwnedAlone {
  readonly id: string
  readonly title: string
  readonly color: TabloColor
  /** Who could have it: the other members, but for those who can't come in */
  readonly heirs: readonly { id: string; name: string; role: Role }[]
}

/** What becomes of it. */
export type Fate = 'delete' | { readonly handTo: string }

/** The Tablos that nobody else owns. */
export async function ownedAlone(reader: Reader, actor: Actor): Promise<OwnedAlone[]> {
  return visibleTo(reader, actor)
    .where('members.role', '=', 'owner')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('members as others')
            .whereRef('others.tablo_id', '=', 'tablos.id')
            .where('others.user_id', '!=', actor.id)
            .where('others.role', '=', 'owner')
            .select('others.user_id'),
        ),
      ),
    )
    .select(['tablos.id', 'title', 'color'])
    .select(eb =>
      jsonArrayFrom(
        eb
          .selectFrom('members as others')
          .innerJoin('users', 'users.id', 'others.user_id')
          .whereRef('others.tablo_id', '=', 'tablos.id')
          .where('others.user_id', '!=', actor.id)
          .where('users.disabled_at', 'is', null)
          .select(['users.id', 'users.name', 'others.role'])
          .orderBy('others.created_at')
          .orderBy('users.id'),
      ).as('heirs'),
    )
    .orderBy('tablos.created_at', 'desc')
    .orderBy('tablos.id', 'desc')
    .execute()
}

/** Holds every Tablo that a person is in, as each change of one does. */
export async function holdTablosOf(tx: Tx, actor: Actor): Promise<void> {
  await visibleTo(tx, actor).select('tablos.id').orderBy('tablos.id').forNoKeyUpdate('tablos').execute()
}

/**
 * Takes a person out of all their Tablos, which the transaction holds; gives how many were deleted and handed on. A fate
 * of a Tablo that somebody else owns by now is passed over: it stays theirs. Throws invalid for each Tablo without a fate, or
 * whose heir is not there any more, by the field `tablos.<id>`.
 */
export async function leaveTablos(
  tx: Tx,
  actor: Actor,
  fates: ReadonlyMap<string, Fate>,
  address: string,
): Promise<{ deleted: number; handed: number }> {
  const alone = new Map((await ownedAlone(tx, actor)).map(tablo => [tablo.id, tablo]))
  const fields: FieldErrors = {}
  for (const { id, heirs } of alone.values()) {
    const fate = fates.get(id)
    if (fate === undefined) fields[fieldOf(id)] = 'tablo_choice_missing'
    else if (fate !== 'delete' && !heirs.some(heir => heir.id === fate.handTo))
      fields[fieldOf(id)] = 'heir_gone'
  }
  if (Object.keys(fields).length > 0) throw new AppError('invalid', 'invalid', { fields })
  const all = await visibleTo(tx, actor).select(['tablos.id', 'title']).orderBy('tablos.id').execute()
  let deleted = 0
  let handed = 0
  for (const { id, title } of all) {
    const tablo = alone.get(id)
    const fate = tablo && fates.get(id)
    if (fate === 'delete') {
      await remove(tx, actor, id, title)
      deleted++
      continue
    }
    const heir = tablo?.heirs.find(each => each.id === fate?.handTo)
    if (heir) {
      await setRole(tx, actor, { id, title }, heir, 'owner', address)
      handed++
    }
    await leave(tx, actor, id, heir)
  }
  return { deleted, handed }
}

/** The field that asks what becomes of a Tablo. */
export const fieldOf = (id: string): string => `tablos.${id}`

async function remove(tx: Tx, actor: Actor, id: string, title: string): Promise<void> {
  await tx.deleteFrom('tablos').where('id', '=', id).execute()
  await record(tx, {
    tablo: id,
    subject: null,
    actor: actor.id,
    kind: 'tablo_deleted',
    payload: { title },
  })
}

async function leave(
  tx: Tx,
  actor: Actor,
  id: string,
  heir: OwnedAlone['heirs'][number] | undefined,
): Promise<void> {
  await tx.deleteFrom('members').where('tablo_id', '=', id).where('user_id', '=', actor.id).execute()
  await endOpenLinks(tx, id, actor.id)
  await record(tx, {
    tablo: id,
    subject: heir?.id ?? null,
    actor: actor.id,
    kind: 'account_closed',
    payload: heir ? { owner: heir.name } : {},
  })
}

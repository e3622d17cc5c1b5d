// How many mails may go out for invitations, so that nobody can use Xtablo to write to strangers. They are counted by the
// lines of the audit that every one of them writes: those can't be taken back, not even by withdrawing the invitation.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { AppError, type Rate } from '../errors.ts'
import type { Tx } from '../platform/database/database.ts'

const DAY = 86_400

const perPerson: Rate = { name: 'invitations', attempts: 100, seconds: DAY }
const perTablo: Rate = { name: 'invitations-tablo', attempts: 200, seconds: DAY }
const perAddress: Rate = { name: 'invitations-address', attempts: 5, seconds: DAY }

/**
 * Throws too_many when one more mail to this address, for this Tablo, is too many for a day. The transaction holds the
 * Tablo's lock; the person is locked here, so that they can't pass their limit in several Tablos at once.
 */
export async function mustMayInvite(tx: Tx, actor: Actor, tabloId: string, email: string): Promise<void> {
  await tx.selectFrom('users').select('id').where('id', '=', actor.id).forNoKeyUpdate().execute()
  await hold(perTablo, sent(tx).where('subject_id', '=', tabloId))
  await hold(perPerson, sent(tx).where('actor_id', '=', actor.id))
  const toThem = sql<boolean>`details ->> 'email' = ${email}`
  await hold(perAddress, sent(tx).where('actor_id', '=', actor.id).where(toThem))
}

const sent = (tx: Tx) =>
  tx
    .selectFrom('audit')
    .where('kind', '=', 'invitation_sent')
    .where('at', '>', sql<Date>`now() - make_interval(secs => ${sql.lit(DAY)})`)

async function hold(rate: Rate, lines: ReturnType<typeof sent>): Promise<void> {
  const newest = await lines
    .select(sql<number>`ceil(extract(epoch from at - now()) + ${sql.lit(DAY)})::int`.as('wait'))
    .orderBy('at', 'desc')
    .offset(rate.attempts - 1)
    .limit(1)
    .executeTakeFirst()
  // When that one is a day old, there is one fewer.
  if (newest)
    throw new AppError('too_many', 'invitations_day', { retryAfter: Math.max(1, newest.wait), rate })
}

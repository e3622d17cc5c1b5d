// What was done to accounts, roles, tokens, settings, keys and jobs: a line each, which nobody changes any more. A line is
// read long after, so it keeps the names as they were. Signing in is written, for it is the first thing that is asked
// after a break-in, and so is a password that was guessed at until the limit; each wrong one, each refreshed token and
// each sign-out is not: anybody could fill the table by the first, a program by the second, and the third takes nothing
// from anybody. The request log has them.

import { sql } from 'kysely'
import type { Tx } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'

/** Every kind there is. `texts.admin.audit.said` has a sentence for each. */
export const auditKinds = [
  'signed_up',
  'signed_in',
  'program_signed_in',
  'sign_in_blocked',
  'profile_changed',
  'password_changed',
  'password_reset',
  'password_added',
  'identity_linked',
  'identity_unlinked',
  'ways_in_removed',
  'session_ended',
  'reset_link_made',
  'reset_mailed',
  'email_verified',
  'email_change_asked',
  'email_changed',
  'personal_token_made',
  'personal_token_ended',
  'authenticator_added',
  'authenticator_removed',
  'authenticator_lost',
  'recovery_codes_made',
  'recovery_code_used',
  'passkey_added',
  'passkey_renamed',
  'passkey_removed',
  'passkey_copied',
  'second_factors_reset',
  'second_factor_required',
  'second_factor_optional',
  'account_closed',
  'person_disabled',
  'person_enabled',
  'person_made_admin',
  'person_unmade_admin',
  'person_session_ended',
  'person_sessions_ended',
  'invitation_sent',
  'invitation_link_made',
  'invitation_withdrawn',
  'invitation_accepted',
  'member_role_changed',
  'member_removed',
  'member_left',
  'keys_rotated',
  'job_retried',
  'job_cancelled',
] as const

export type AuditKind = (typeof auditKinds)[number]

/**
 * What exactly was done, in names that are as they were: of a token, of a kind of job. Never a secret, and nothing that is
 * in a Tablo, not even its title: who reads the audit need not be a member.
 */
export type AuditDetails = Readonly<Record<string, string>>

interface Line {
  kind: AuditKind
  /** Whom it was done to, or which key or job */
  subject: string
  /** Null for the command line, and for what nobody did who is known */
  by: string | null
  address: string | null
  details?: AuditDetails | undefined
}

/** Writes a line in the transaction that does what it says; before that, where a person is gone afterwards. */
export async function recordAudit(tx: Tx, { kind, subject, by, address, details }: Line): Promise<void> {
  await sql`
    insert into audit (id, kind, subject_id, subject_name, actor_id, actor_name, address, details)
    values (${newId()}, ${kind}, ${subject}, ${nameOf(subject)}, ${by}, ${nameOf(by)}, ${address},
      ${details === undefined ? null : JSON.stringify(details)}::jsonb)`.execute(tx)
}

/** A person as `Ada <ada@example.org>`; null for what is no person. */
const nameOf = (id: string | null) => sql`(select ${namedAs} from users where id = ${id}::uuid)`

export const namedAs = sql<string>`users.name || ' <' || users.email || '>'`

import type { Tx } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'

export type AuditKind =
  | 'signed_up'
  | 'profile_changed'
  | 'password_changed'
  | 'password_reset'
  | 'password_added'
  | 'identity_linked'
  | 'identity_unlinked'
  | 'ways_in_removed'
  | 'session_ended'
  | 'reset_link_made'
  | 'email_verified'
  | 'email_change_asked'
  | 'email_changed'
  | 'personal_token_made'
  | 'personal_token_ended'
  | 'authenticator_added'
  | 'authenticator_removed'
  | 'authenticator_lost'
  | 'recovery_codes_made'
  | 'recovery_code_used'
  | 'passkey_added'
  | 'passkey_renamed'
  | 'passkey_removed'
  | 'passkey_copied'
  | 'second_factors_reset'
  | 'second_factor_required'
  | 'second_factor_optional'
  | 'person_disabled'
  | 'person_enabled'
  | 'invitation_sent'
  | 'invitation_link_made'
  | 'invitation_withdrawn'
  | 'invitation_accepted'
  | 'member_role_changed'
  | 'member_removed'
  | 'member_left'
  | 'keys_rotated'
  | 'job_retried'
  | 'job_cancelled'

/** What exactly was done, in names that are as they were. Never a secret. */
export type AuditDetails = Readonly<Record<string, string>>

/**
 * Writes what was done to an account, a setting, a key or a job, in the transaction that does it. `by` is null for the command line,
 * and for whoever is not signed in.
 */
export async function recordAudit(
  tx: Tx,
  entry: {
    kind: AuditKind
    subject: string
    by: string | null
    address: string | null
    details?: AuditDetails | undefined
  },
): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      id: newId(),
      kind: entry.kind,
      subject_id: entry.subject,
      actor_id: entry.by,
      address: entry.address,
      details: entry.details === undefined ? null : JSON.stringify(entry.details),
    })
    .execute()
}

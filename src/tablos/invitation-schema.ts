import { z } from 'zod'
import { emailAddress } from '../accounts/schema.ts'
import { errorText } from '../errors.ts'
import { id, moment } from '../platform/api/operations.ts'
import { roles } from './roles.ts'

const role = z.enum(roles, errorText('role_unknown'))

export const roleSchema = z.object({ role })

/** As the form has it: who may use the link is one of two choices. */
export const invitationSchema = z
  .object({
    email: emailAddress,
    role,
    for: z.enum(['address', 'anyone'], errorText('audience_unknown')),
  })
  .transform(({ email, role, for: audience }) => ({ email, role, open: audience === 'anyone' }))

export type InvitationFields = z.output<typeof invitationSchema>

/** What a program sends to give a member another role. */
export const memberChangesBody = z
  .strictObject({ role })
  .meta({ id: 'MemberChanges', example: { role: 'viewer' } })

/** What a program sends to hand a Tablo over. */
export const transferBody = z
  .strictObject({ member_id: id.meta({ description: 'Who owns it from now on.' }) })
  .meta({ id: 'Transfer', example: { member_id: '019a9e0b-1a2b-7c3d-8e4f-5a6b7c8d9e0f' } })

/** What a program sends to invite somebody. */
export const newInvitationBody = z
  .strictObject({
    email: emailAddress,
    role: role.default('editor'),
    open: z
      .boolean(errorText('field_malformed'))
      .default(false)
      .meta({ description: 'Whoever has the link may take it, not only a person with this address.' }),
  })
  .meta({ id: 'NewInvitation', example: { email: 'ben@example.org', role: 'editor', open: false } })

/** What a program sends to take an invitation. */
export const acceptBody = z
  .strictObject({ token: z.string(errorText('field_missing')).max(100, errorText('field_malformed')) })
  .meta({ id: 'InvitationToken', example: { token: 'q3kP0m1Zc7mE2f4n8sVtY6uWxR9aLbDhJgKoIiTzNQw' } })

/** An invitation as programs get it. */
export const invitationShape = z
  .strictObject({
    id,
    tablo_id: id,
    email: z.string(),
    role: z.enum(roles),
    open: z
      .boolean()
      .meta({ description: 'Whoever has the link may take it, not only a person with this address.' }),
    sent_at: moment.nullable().meta({ description: 'When its link went out; null while it is being sent.' }),
    expires_at: moment,
    created_at: moment,
  })
  .meta({
    id: 'Invitation',
    description: 'Somebody who was asked into a Tablo and has not come yet.',
    example: {
      id: '019a9e0c-9d4f-7b65-a132-8e7d6c5b4a39',
      tablo_id: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f',
      email: 'ben@example.org',
      role: 'editor',
      open: false,
      sent_at: '2026-11-20T09:30:02.000Z',
      expires_at: '2026-11-27T09:30:00.000Z',
      created_at: '2026-11-20T09:30:00.000Z',
    },
  })

// What the rest knows of the mail of an invitation: the job that sends it, and the address that its link leads to.

import { z } from 'zod'
import { id } from '../platform/api/operations.ts'
import { jobKind } from '../platform/jobs/kinds.ts'

/** `mailing` is which of an invitation's mails: one that was asked for again, or withdrawn, is not sent any more. */
export const sendInvitation = jobKind('send_invitation', z.strictObject({ invitation: id, mailing: id }))

/** The address that a link leads to. */
export const linkTo = (baseUrl: URL, token: string): string =>
  new URL(`/invitations/${token}`, baseUrl).toString()

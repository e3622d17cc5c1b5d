import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { Invitation } from './invitation-listing.ts'
import type { Way } from './invitations.ts'
import { roles } from './roles.ts'
import type { Tablo } from './tablos.ts'

interface InviteFormProps {
  locale: Locale
  tablo: Tablo
  way: Way
  values: FormValues
  problem: Problem | undefined
}

export function InviteForm({ locale, tablo, way, values, problem }: InviteFormProps) {
  const t = locale.t.members
  const errorOf = errorsBy(locale, problem)
  return (
    <section class="members-part" id="invite" aria-labelledby="invite-title">
      <h2 id="invite-title">{t.invite}</h2>
      <Form action={`/tablos/${tablo.id}/members`}>
        <Problems locale={locale} problem={problem} />
        <Field
          name="email"
          type="email"
          label={t.email}
          hint={way === 'mail' ? t.inviteLead : t.inviteLeadByHand}
          value={values.email}
          error={errorOf('email')}
          autocomplete="off"
          required
        />
        <Select
          name="role"
          label={t.role}
          hint={t.roleHint}
          value={values.role}
          options={roles.map(role => ({ value: role, label: locale.t.tablos.roles[role] }))}
          error={errorOf('role')}
        />
        <Select
          name="for"
          label={t.audience}
          value={values.for}
          options={(['address', 'anyone'] as const).map(value => ({ value, label: t.audiences[value] }))}
          error={errorOf('for')}
        />
        <div class="form-foot">
          <Button kind="primary">{way === 'mail' ? t.sendInvitation : t.makeLink}</Button>
        </div>
      </Form>
    </section>
  )
}

export function MadeLink({ locale, made }: { locale: Locale; made: { email: string; url: string } }) {
  const t = locale.t.members
  return (
    <section class="made-token" tabindex={-1} aria-labelledby="made-link-title" data-focus="">
      <div>
        <h3 id="made-link-title">
          <Icon name="circle-check" />
          {t.linkReady(made.email)}
        </h3>
        <p>{t.linkLead}</p>
      </div>
      <div class="made-token-line">
        <input
          class="input"
          id="made-link"
          readonly
          autocomplete="off"
          spellcheck={false}
          value={made.url}
          aria-label={t.linkLabel}
        />
        <span class="needs-script">
          <Button type="button" icon="copy" data-copy="made-link" data-copied={t.copied}>
            {t.copy}
          </Button>
        </span>
      </div>
    </section>
  )
}

interface PendingProps {
  locale: Locale
  tablo: Tablo
  way: Way
}

export function PendingInvitations({
  invitations,
  ...rest
}: PendingProps & { invitations: readonly Invitation[] }) {
  const { pending } = rest.locale.t.members
  return (
    <section class="members-part" aria-labelledby="pending-title">
      <h2 id="pending-title">{pending}</h2>
      <ul class="rows">
        {invitations.map(invitation => (
          <Pending invitation={invitation} {...rest} />
        ))}
      </ul>
    </section>
  )
}

function Pending({ locale, tablo, way, invitation }: PendingProps & { invitation: Invitation }) {
  const t = locale.t.members
  const { id, email, open, sentAt, mailed, expiresAt } = invitation
  const path = `/tablos/${tablo.id}/invitations/${id}`
  return (
    <li class="row member">
      <Icon name="mail" size={20} />
      <div class="row-words">
        <p>
          {email} {open && <Badge icon="link">{t.audiences.anyone}</Badge>}
        </p>
        <p class="row-meta member-facts">
          {sentAt ? (
            <TimeAgo locale={locale} at={sentAt} words={mailed ? t.sent : t.made} />
          ) : (
            <span>{t.sending}</span>
          )}
          <time datetime={expiresAt.toISOString()} title={locale.dateTime(expiresAt)}>
            {t.ends(locale.date(expiresAt))}
          </time>
        </p>
      </div>
      <span class="member-role">{locale.t.tablos.roles[invitation.role]}</span>
      <div class="member-acts">
        {way === 'mail' && (
          <Form action={`${path}/resend`} inline>
            <Button kind="ghost" size="small" icon="refresh-cw" aria-label={t.resendOf(email)}>
              {t.resend}
            </Button>
          </Form>
        )}
        <Confirm
          locale={locale}
          label={t.linkOf(email)}
          icon="link"
          bare
          calm
          question={t.linkConfirm}
          yes={t.linkYes}
          action={`${path}/link`}
          size="small"
        />
        <Confirm
          locale={locale}
          label={t.withdrawOf(email)}
          bare
          question={t.withdrawConfirm(email)}
          yes={t.withdrawYes}
          action={`${path}/withdraw`}
          size="small"
        />
      </div>
    </li>
  )
}

import type { Person } from '../accounts/actor.ts'
import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { Field, Password, Select } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { Invitation, Way } from './invitations.ts'
import type { Offer } from './joining.ts'
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

interface InvitationPageProps {
  locale: Locale
  offer: Offer
  /** Where the forms post to */
  path: string
  /** Who is signed in */
  person: Person | undefined
  /** What somebody who is not signed in can do: `either` where they have not shown that they read the address */
  ways: 'sign-up' | 'sign-in' | 'either' | 'sign-in-only'
  values: FormValues
  problem: Problem | undefined
}

/** What whoever follows the link of an invitation sees: who asks them where, and what they can do about it. */
export function InvitationPage(props: InvitationPageProps) {
  const { locale, offer, path, person } = props
  const t = locale.t.members.invitation
  const who = offer.inviter ?? locale.t.activity.someone
  return (
    <div class="invitation">
      <PageHead title={t.title} text={t.lead(who, offer.title)} />
      <p>{t.roles[offer.role]}</p>
      {person ? <SignedIn {...{ locale, offer, path, person }} /> : <SignedOut {...props} />}
    </div>
  )
}

type SignedInProps = Pick<InvitationPageProps, 'locale' | 'offer' | 'path'> & { person: Person }

function SignedIn({ locale, offer, path, person }: SignedInProps) {
  const t = locale.t.members.invitation
  if (!offer.open && offer.email !== person.email) {
    return (
      <>
        <p>{t.otherAddress(offer.email, person.email)}</p>
        <Form action="/logout" inline>
          <input type="hidden" name="next" value={path} />
          <Button kind="primary" icon="log-out">
            {t.signOut}
          </Button>
        </Form>
      </>
    )
  }
  return (
    <>
      <p class="meta">{t.as(person.email)}</p>
      <Form action={path} inline>
        <Button kind="primary">{t.accept}</Button>
      </Form>
    </>
  )
}

function SignedOut({ locale, offer, path, ways, values, problem }: InvitationPageProps) {
  const t = locale.t.members.invitation
  const signIn = `/login?next=${encodeURIComponent(path)}`
  if (ways === 'sign-in' || ways === 'sign-in-only') {
    return (
      <>
        <p>{ways === 'sign-in' ? t.signInLead(offer.email) : t.signInOnly}</p>
        <Button kind="primary" href={signIn} wide>
          {t.signIn}
        </Button>
      </>
    )
  }
  return (
    <>
      <h2>{t.signUp}</h2>
      <SignUpForm {...{ locale, offer, path, values, problem }} />
      <p class="plain-foot">
        {t.haveAccount} <a href={signIn}>{t.signIn}</a>
      </p>
    </>
  )
}

type SignUpFormProps = Pick<InvitationPageProps, 'locale' | 'offer' | 'path' | 'values' | 'problem'>

function SignUpForm({ locale, offer, path, values, problem }: SignUpFormProps) {
  const t = locale.t.accounts.signUp
  const errorOf = errorsBy(locale, problem)
  return (
    <Form action={path}>
      <Problems locale={locale} problem={problem} />
      <Field
        name="name"
        label={t.name}
        value={values.name}
        error={errorOf('name')}
        autocomplete="name"
        required
        autofocus
      />
      <Field
        name="email"
        type="email"
        label={t.email}
        value={offer.open ? values.email : offer.email}
        error={errorOf('email')}
        autocomplete="username"
        readonly={!offer.open}
        required
      />
      <Password
        locale={locale}
        name="password"
        label={t.password}
        hint={t.passwordHint}
        error={errorOf('password')}
        autocomplete="new-password"
        required
      />
      <input type="hidden" name="time_zone" value={values.time_zone ?? ''} data-time-zone="" />
      <Button kind="primary" wide>
        {locale.t.members.invitation.signUpSubmit}
      </Button>
    </Form>
  )
}

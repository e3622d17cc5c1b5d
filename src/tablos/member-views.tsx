import type { Actor } from '../accounts/actor.ts'
import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { Select } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Problems } from '../ui/Problems.tsx'
import { TabloHead } from './frame.tsx'
import type { Invitation } from './invitation-listing.ts'
import { InviteForm, MadeLink, PendingInvitations } from './invitation-views.tsx'
import type { Way } from './invitations.ts'
import type { MemberDetails } from './members.ts'
import { may, roles } from './roles.ts'
import type { Tablo } from './tablos.ts'

interface MembersPageProps {
  locale: Locale
  tablo: Tablo
  person: Actor
  members: readonly MemberDetails[]
  /** Empty for whoever may not see them */
  invitations: readonly Invitation[]
  /** How links leave here */
  way: Way
  /** What the form that invites shows */
  values: FormValues
  problem?: Problem | undefined
  /** Why something else was refused */
  refusal?: Problem | undefined
  /** A link that was just made, in the one answer that shows it */
  made?: { email: string; url: string } | undefined
}

export function MembersPage(props: MembersPageProps) {
  const { locale, tablo, person, members, invitations, way, values, problem, refusal, made } = props
  const t = locale.t.members
  const manages = may(tablo.role, 'members')
  const owners = members.filter(({ role }) => role === 'owner')
  const isLastOwner = tablo.role === 'owner' && owners.length === 1
  return (
    <>
      <TabloHead locale={locale} tablo={tablo} part="members">
        {manages && (
          <span class="members-jump">
            <Button href="#invite" icon="user-plus">
              {t.toInvite}
            </Button>
          </span>
        )}
      </TabloHead>
      <div class={manages ? 'members members-managed' : 'members'}>
        <div class="members-main">
          <Problems locale={locale} problem={refusal} />
          {made && <MadeLink locale={locale} made={made} />}
          <section class="members-part" aria-labelledby="people-title">
            <h2 id="people-title">{t.people}</h2>
            <ul class="rows">
              {members.map(member => (
                <MemberRow
                  locale={locale}
                  tablo={tablo}
                  member={member}
                  isSelf={member.id === person.id}
                  isLastOwner={isLastOwner}
                />
              ))}
            </ul>
          </section>
          {invitations.length > 0 && (
            <PendingInvitations locale={locale} tablo={tablo} invitations={invitations} way={way} />
          )}
        </div>
        {manages && <InviteForm locale={locale} tablo={tablo} way={way} values={values} problem={problem} />}
        <Leave locale={locale} tablo={tablo} isLastOwner={isLastOwner} />
      </div>
    </>
  )
}

interface MemberRowProps {
  locale: Locale
  tablo: Tablo
  member: MemberDetails
  isSelf: boolean
  isLastOwner: boolean
}

function MemberRow({ locale, tablo, member, isSelf, isLastOwner }: MemberRowProps) {
  const t = locale.t.members
  const manages = may(tablo.role, 'members')
  return (
    <li class="row member">
      <Avatar person={member} named />
      <div class="row-words">
        <p>
          {member.name} {isSelf && <Badge>{t.you}</Badge>}
        </p>
        <p class="row-meta member-facts">
          {manages && <span>{member.email}</span>}
          <time datetime={member.since.toISOString()} title={locale.dateTime(member.since)}>
            {t.since(locale.date(member.since))}
          </time>
        </p>
      </div>
      <span class="member-role">{locale.t.tablos.roles[member.role]}</span>
      {manages && !(isSelf && isLastOwner) && (
        <Manage locale={locale} tablo={tablo} member={member} isSelf={isSelf} />
      )}
    </li>
  )
}

/** What an owner can do about somebody, below their line: a `details`, so that it works without scripts. */
function Manage({ locale, tablo, member, isSelf }: Omit<MemberRowProps, 'isLastOwner'>) {
  const t = locale.t.members
  const path = `/tablos/${tablo.id}/members/${member.id}`
  const label = t.manageOf(member.name)
  return (
    <details class="member-manage">
      <summary class="btn btn-ghost btn-icon btn-small" title={label} aria-label={label}>
        <Icon name="ellipsis" />
      </summary>
      <div class="member-panel">
        <Form action={path} inline class="member-line">
          <Select
            id={`role-${member.id}`}
            name="role"
            label={t.role}
            value={member.role}
            options={roles.map(role => ({ value: role, label: locale.t.tablos.roles[role] }))}
          />
          <Button>{t.saveRole}</Button>
        </Form>
        {!isSelf && (
          <div class="member-acts">
            <Confirm
              locale={locale}
              label={t.transfer}
              icon="key-round"
              calm
              question={t.transferConfirm(member.name)}
              yes={t.transferYes}
              action={`${path}/transfer`}
              size="small"
            />
            <Confirm
              locale={locale}
              label={t.remove}
              icon="x"
              question={t.removeConfirm(member.name)}
              yes={t.removeYes}
              action={`${path}/remove`}
              size="small"
            />
          </div>
        )}
      </div>
    </details>
  )
}

function Leave({ locale, tablo, isLastOwner }: { locale: Locale; tablo: Tablo; isLastOwner: boolean }) {
  const t = locale.t.members
  return (
    <section class="members-part" aria-labelledby="leave-title">
      <h2 id="leave-title">{t.leave}</h2>
      {isLastOwner ? (
        <p class="members-lead">{t.onlyOwner}</p>
      ) : (
        <div class="section-line">
          <p>{t.leaveLead}</p>
          <Confirm
            locale={locale}
            label={t.leave}
            icon="log-out"
            question={t.leaveConfirm}
            yes={t.leaveYes}
            action={`/tablos/${tablo.id}/leave`}
          />
        </div>
      )}
    </section>
  )
}

import type { Child } from 'hono/jsx'
import type { PersonEntry, PersonHoldings } from '../accounts/people-listing.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { Form } from '../ui/Form.tsx'
import { PATH } from './people-views.tsx'

interface PersonActionsProps {
  locale: Locale
  person: PersonEntry
  holdings: PersonHoldings
  /** It is the account of who looks */
  own: boolean
  /** No mail goes out, so a link to set a new password is handed over */
  linksByHand: boolean
}

/** What an admin can do with an account: what can't be done to one's own is not offered. */
export function PersonActions({ locale, person, holdings, own, linksByHand }: PersonActionsProps) {
  const t = locale.t.admin.people
  const path = `${PATH}/${person.id}`
  const out = person.disabled_at !== null
  const { name } = person
  const secured = person.second_factor || holdings.recovery_codes > 0
  return (
    <section class="section" aria-labelledby="actions-title">
      <h2 id="actions-title">{t.actions}</h2>
      {!out && linksByHand && (
        <Line text={t.linkLead}>
          <Form action={`${path}/reset-link`} swap="innerHTML" inline>
            <Button icon="link">{t.link}</Button>
          </Form>
        </Line>
      )}
      {!own && secured && (
        <Line text={t.factorsLead}>
          <Confirm
            locale={locale}
            label={t.factors}
            icon="key-round"
            question={t.factorsConfirm(name)}
            yes={t.factorsYes}
            action={`${path}/reset-factors`}
          />
        </Line>
      )}
      {!out && person.role === 'user' && (
        <Line text={t.makeAdminLead}>
          <Confirm
            locale={locale}
            label={t.makeAdmin}
            icon="user-plus"
            question={t.makeAdminConfirm(name)}
            yes={t.makeAdmin}
            action={`${path}/make-admin`}
          />
        </Line>
      )}
      {person.role === 'admin' && (
        <Line text={t.unmakeAdminLead}>
          <Confirm
            locale={locale}
            label={t.unmakeAdmin}
            icon="x"
            question={own ? t.unmakeOwnConfirm : t.unmakeAdminConfirm(name)}
            yes={t.unmakeAdmin}
            action={`${path}/remove-admin`}
          />
        </Line>
      )}
      {out && (
        <Line text={t.enableLead}>
          <Form action={`${path}/enable`} inline>
            <Button icon="check">{t.enable}</Button>
          </Form>
        </Line>
      )}
      {!out && !own && (
        <Line text={t.disableLead}>
          <Confirm
            locale={locale}
            label={t.disable}
            icon="circle-alert"
            question={t.disableConfirm(name)}
            yes={t.disableYes}
            action={`${path}/disable`}
          />
        </Line>
      )}
    </section>
  )
}

function Line({ text, children }: { text: string; children: Child }) {
  return (
    <div class="section-line">
      <p>{text}</p>
      {children}
    </div>
  )
}

import type { Child } from 'hono/jsx'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { Form } from '../ui/Form.tsx'
import type { RelyingParty } from './webauthn.ts'

/** The script by which a page speaks with passkeys. */
export const PASSKEY_SCRIPT = 'passkey.js'

interface PasskeyFormProps {
  locale: Locale
  party: RelyingParty
  /** Whether a passkey is made or asked for */
  does: 'create' | 'get'
  action: string
  label: string
  kind?: 'primary' | 'secondary' | undefined
  wide?: boolean | undefined
  next?: FormValues[string] | undefined
  /** Offers passkeys where the e-mail address is typed, too */
  offering?: boolean | undefined
  children?: Child
}

/**
 * A form whose field the script fills with what a passkey answers. What the passkey is asked comes from `/options` below
 * its action. It is shown only to browsers that can do it.
 */
export function PasskeyForm(props: PasskeyFormProps) {
  const { locale, party, does, action, label, kind, wide, next, offering, children } = props
  const t = locale.t.secondFactor.passkeys
  return (
    <Form
      action={action}
      class="if-passkeys"
      data-passkey={does}
      data-origin={party.origin}
      data-offering={offering ? '' : undefined}
      data-failed={t.failed}
      data-known={t.known}
    >
      {children}
      <input type="hidden" name="response" value="" />
      {next && <input type="hidden" name="next" value={next} />}
      <Button type="button" kind={kind} wide={wide} icon="fingerprint" data-ask="">
        {label}
      </Button>
    </Form>
  )
}

import type { Problem } from '../platform/web/env.ts'
import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Form } from '../ui/Form.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { Problems } from '../ui/Problems.tsx'

interface SecurityRulesPageProps {
  locale: Locale
  required: boolean
  /** Whether the admin has a second factor, without which they would lock themself out */
  protectedSelf: boolean
  problem: Problem | undefined
}

export function SecurityRulesPage({ locale, required, protectedSelf, problem }: SecurityRulesPageProps) {
  const t = locale.t.secondFactor
  return (
    <>
      <PageHead title={t.rules.page} text={t.rules.lead} />
      <section class="section" aria-labelledby="required-title">
        <div class="section-head">
          <h2 id="required-title">
            {t.rules.title} {required && <Badge kind="ok">{t.rules.on}</Badge>}
          </h2>
          <p>{required ? t.rules.whenOn : t.rules.whenOff}</p>
        </div>
        <Problems locale={locale} problem={problem} />
        <Form action="/admin/security" inline>
          <input type="hidden" name="required" value={required ? 'false' : 'true'} />
          <Button
            kind={required ? 'secondary' : 'primary'}
            disabled={required || protectedSelf ? undefined : t.rules.first}
          >
            {required ? t.rules.turnOff : t.rules.turnOn}
          </Button>
        </Form>
        {!required && !protectedSelf && (
          <p class="field-hint">
            {t.rules.first} <a href="/settings/security">{t.rules.setUp}</a>
          </p>
        )}
      </section>
    </>
  )
}

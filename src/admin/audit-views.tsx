import { auditKinds } from '../accounts/audit.ts'
import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import type { AuditLine } from './audit.ts'
import { AUDIT_PATH, AuditList } from './audit-list.tsx'

interface AuditPageProps {
  locale: Locale
  lines: readonly AuditLine[]
  /** What the filter says, as it was typed */
  values: FormValues
  problem: Problem | undefined
  /** Where the lines after these are, if there are any */
  next: string | undefined
  /** These are not the newest */
  later: boolean
}

export function AuditPage({ locale, lines, values, problem, next, later }: AuditPageProps) {
  const t = locale.t.admin.audit
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''))
  const filtered = query.size > 0
  return (
    <>
      <PageHead title={t.title} text={t.lead} />
      <Filter locale={locale} values={values} problem={problem} query={query} />
      {lines.length === 0 ? (
        <EmptyState icon="history" text={t.none} />
      ) : (
        <AuditList locale={locale} lines={lines} />
      )}
      {(next !== undefined || later) && (
        <nav class="steps" aria-label={t.title}>
          {later && <Button href={filtered ? `${AUDIT_PATH}?${query}` : AUDIT_PATH}>{t.newest}</Button>}
          {next !== undefined && (
            <Button href={`${AUDIT_PATH}?${new URLSearchParams([...query, ['after', next]])}`}>
              {t.older}
            </Button>
          )}
        </nav>
      )}
    </>
  )
}

interface FilterProps {
  locale: Locale
  values: FormValues
  problem: Problem | undefined
  /** The filter as it stands in the address */
  query: URLSearchParams
}

function Filter({ locale, values, problem, query }: FilterProps) {
  const t = locale.t.admin.audit
  const errorOf = errorsBy(locale, problem)
  const kinds = auditKinds.map(kind => ({ value: kind, label: t.kinds[kind] }))
  return (
    <search>
      <form class="audit-filter" method="get" action={AUDIT_PATH} aria-label={t.filter} novalidate>
        <Problems locale={locale} problem={problem} />
        <Field
          name="person"
          label={t.person}
          placeholder={t.personHint}
          value={values.person}
          autocomplete="off"
          maxlength={200}
        />
        <Select
          name="kind"
          label={t.kind}
          value={values.kind}
          options={[{ value: '', label: t.anyKind }, ...kinds]}
        />
        <Field name="from" type="date" label={t.from} value={values.from} error={errorOf('from')} />
        <Field name="to" type="date" label={t.to} value={values.to} error={errorOf('to')} />
        <div class="audit-filter-foot">
          <Button>{t.apply}</Button>
          <Button kind="ghost" icon="download" href={`${AUDIT_PATH}/export?${query}`}>
            {t.export}
          </Button>
          {query.size > 0 && (
            <Button kind="ghost" href={AUDIT_PATH}>
              {t.reset}
            </Button>
          )}
        </div>
      </form>
    </search>
  )
}

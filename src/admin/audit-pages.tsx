import { type Context, Hono } from 'hono'
import { auditKinds } from '../accounts/audit.ts'
import { type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import { AppError, type FieldErrors, invalid } from '../errors.ts'
import { type MadeAt, madeAt } from '../platform/database/moments.ts'
import type { Deps } from '../platform/deps.ts'
import { isStorable } from '../platform/input.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult } from '../platform/web/forms.ts'
import { streamed } from '../platform/web/streaming.ts'
import { type AuditFilter, listAudit } from './audit.ts'
import { auditCsv } from './audit-csv.ts'
import { AUDIT_PATH } from './audit-list.tsx'
import { AuditPage } from './audit-views.tsx'
import { adminsOnly } from './only.ts'

const LISTED = 100

/** Who did what to accounts, roles, tokens and settings, for admins. */
export function auditPages({ db, log }: Pick<Deps, 'db' | 'log'>) {
  const app = new Hono<SignedInEnv>()
  app.use(`${AUDIT_PATH}/*`, signedIn, adminsOnly)

  app.get(AUDIT_PATH, async c => {
    const values = valuesOf(c)
    const run = () => auditPage(c, values, filterOf(c, values))
    return formResult(c, run, problem => auditPage(c, values, undefined, problem))
  })

  app.get(`${AUDIT_PATH}/export`, async c => {
    const body = await streamed(c, log, auditCsv(db, filterOf(c, valuesOf(c)), c.get('locale')))
    const day = new Date().toISOString().slice(0, 10)
    c.header('Content-Type', 'text/csv; charset=utf-8')
    c.header('Content-Disposition', `attachment; filename="xtablo-audit-${day}.csv"`)
    c.header('Cache-Control', 'no-store')
    return c.body(body)
  })

  async function auditPage(
    c: Context<SignedInEnv>,
    values: FormValues,
    filter: AuditFilter | undefined,
    problem?: Problem,
  ) {
    const locale = c.get('locale')
    const after = placeOf(c.req.query('after'))
    const found = filter ? await listAudit(db, filter, { limit: LISTED + 1, after }) : []
    const lines = found.slice(0, LISTED)
    const last = found.length > LISTED ? lines.at(-1) : undefined
    const page = (
      <AuditPage
        {...{ locale, lines, values, problem }}
        next={last && `${last.place}.${last.id}`}
        later={after !== undefined}
      />
    )
    return c.render(page, { title: locale.t.admin.audit.title, current: AUDIT_PATH })
  }

  return app
}

const valuesOf = (c: Context): FormValues =>
  Object.fromEntries(
    ['person', 'kind', 'from', 'to'].map(name => [name, (c.req.query(name) ?? '').trim().slice(0, 200)]),
  )

/** The filter that the form asks for: days are those of who looks. Throws invalid for what is no day. */
function filterOf(c: Context<SignedInEnv>, values: FormValues): AuditFilter {
  const { zone } = c.get('locale')
  const fields: FieldErrors = {}
  const day = (name: 'from' | 'to', later: number): string | undefined => {
    const text = values[name] ?? ''
    if (text === '') return undefined
    const moment = startOf(text, zone, later)
    if (moment === undefined) fields[name] = 'date_malformed'
    return moment
  }
  const [since, until] = [day('from', 0), day('to', 1)]
  if (Object.keys(fields).length > 0) throw new AppError('invalid', 'invalid', { fields })
  const person = values.person || undefined
  if (person !== undefined && !isStorable(person)) throw invalid('person', 'unstorable')
  const kind = auditKinds.find(each => each === values.kind)
  return { person, kind, since, until }
}

/** When a day begins where somebody is, or one that many days later; in the years that a database knows, too. */
function startOf(day: string, zone: string, later: number): string | undefined {
  try {
    const date = Temporal.PlainDate.from(day).add({ days: later })
    const moment = date.toZonedDateTime(zone).toInstant().toString()
    return /^(?!0000)\d{4}-/.test(moment) ? moment : undefined
  } catch {
    return undefined
  }
}

function placeOf(text = ''): MadeAt | undefined {
  const [at, id] = text.split('.')
  return madeAt.safeParse({ at: Number(at), id }).data
}

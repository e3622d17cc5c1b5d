import type { ErrorText } from '../errors.ts'
import type { Problem } from '../platform/web/env.ts'
import type { Locale } from '../texts/locale.ts'
import { ErrorSummary } from './Form.tsx'

/** What a refused form is told: what is wrong by its fields, or, when no field is at fault, the one sentence. */
export function Problems({ locale, problem }: { locale: Locale; problem: Problem | undefined }) {
  if (!problem) return null
  const fields = Object.entries(problem.fields).map(([field, text]) => ({
    field,
    message: say(locale, text),
  }))
  return (
    <ErrorSummary
      locale={locale}
      errors={fields.length > 0 ? fields : [{ message: say(locale, problem.text) }]}
    />
  )
}

/** Gives the words for what is wrong with a field, if something is. */
export function errorsBy(locale: Locale, problem: Problem | undefined) {
  return (field: string): string | undefined => {
    const text = problem?.fields[field]
    return text && say(locale, text)
  }
}

const say = (locale: Locale, text: ErrorText) => locale.t.errors[text]

// What a line of the audit says beside its kind.

import { roles } from '../tablos/roles.ts'
import type { Locale } from '../texts/locale.ts'

const ORDER = ['title', 'email', 'role', 'from', 'to', 'for']

/** In words: what is one of several has its text, what somebody typed stands in quotation marks. */
export const detailsOf = (locale: Locale, details: Readonly<Record<string, string>>): string[] =>
  Object.entries(details)
    .sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
    .flatMap(([name, value]) => wordsOf(locale, name, value) ?? [])

function wordsOf({ t }: Locale, name: string, value: string): string | undefined {
  const { detail, fromRole, toRole, tablosDeleted, tablosHanded } = t.admin.audit
  const role = roles.find(each => each === value)
  if (role && name === 'role') return t.tablos.roles[role]
  if (role && name === 'from') return fromRole(t.tablos.roles[role])
  if (role && name === 'to') return toRole(t.tablos.roles[role])
  switch (name) {
    // Beside its title it says nothing to people.
    case 'tablo':
      return undefined
    case 'email':
      return value
    case 'for':
      return value === 'anyone' ? t.members.audiences.anyone : t.members.audiences.address
    case 'tablos_deleted':
      return value === '0' ? undefined : tablosDeleted(value)
    case 'tablos_handed':
      return value === '0' ? undefined : tablosHanded(value)
    default:
      return detail(value)
  }
}

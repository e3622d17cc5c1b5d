export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

/** Gives a function that picks the form for `n` by the rules of the language and writes `n` in place of `#`. */
export function pluralOf(language: string): (n: number, forms: PluralForms) => string {
  const rules = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(language)
  return (n, forms) => (forms[rules.select(n)] ?? forms.other).replaceAll('#', numbers.format(n))
}

// Every visible text in French. Typography: « », and a non-breaking space (\u00a0) before : ; ! ? and inside guillemets.

import type { Texts } from './en.ts'
import { pluralOf } from './plural.ts'

const plural = pluralOf('fr')

export const fr: Texts = {
  language: 'Français',
  product: 'Xtablo',

  errors: {
    invalid: 'Certains champs sont à revoir.',
  },

  ui: {
    skip: 'Aller au contenu',
    items: n => plural(n, { one: '# élément', other: '# éléments' }),
  },
}

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
    menu: 'Ouvrir le menu',
    navigation: 'Navigation principale',
    tablos: 'Tablos',
    allTablos: 'Tous les Tablos',
    settings: 'Réglages',
    signOut: 'Se déconnecter',
    optional: 'facultatif',
    showPassword: 'Afficher le mot de passe',
    errors: n => plural(n, { one: 'Un point est à revoir', other: '# points sont à revoir' }),
    progress: (done, total) => `${done} sur ${total}`,
    cancel: 'Annuler',
    close: 'Fermer',
    undo: 'Rétablir',
    colors: {
      slate: 'Ardoise',
      red: 'Rouge',
      amber: 'Ambre',
      green: 'Vert',
      teal: 'Canard',
      blue: 'Bleu',
      violet: 'Violet',
      pink: 'Rose',
    },
  },
}

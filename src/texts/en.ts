// Every visible text in English, and the shape that the compiler holds every other language to: a missing text does
// not compile. A text is a string, or a function of what it names. Plurals go through `plural`, dates and numbers
// through the Locale, so that no view file joins words.

import { pluralOf } from './plural.ts'

const plural = pluralOf('en')

export const en = {
  language: 'English',
  product: 'Xtablo',

  errors: {
    invalid: 'Some of this needs another look.',
  },

  ui: {
    skip: 'Skip to content',
    items: (n: number) => plural(n, { one: '# item', other: '# items' }),
    menu: 'Open the menu',
    navigation: 'Main',
    tablos: 'Tablos',
    allTablos: 'All Tablos',
    settings: 'Settings',
    signOut: 'Sign out',
    optional: 'optional',
    showPassword: 'Show the password',
    errors: (n: number) =>
      plural(n, { one: 'One thing needs another look', other: '# things need another look' }),
    progress: (done: string, total: string) => `${done} of ${total}`,
    cancel: 'Cancel',
    close: 'Close',
    undo: 'Undo',
    colors: {
      slate: 'Slate',
      red: 'Red',
      amber: 'Amber',
      green: 'Green',
      teal: 'Teal',
      blue: 'Blue',
      violet: 'Violet',
      pink: 'Pink',
    },
  },
}

export type Texts = typeof en

// Every visible text in English, and the shape that every other language is held to. A text is a string, or a
// function of what it names; plurals go through `plural`, dates and numbers through the Locale.

export const en = {
  languageName: 'English',
  productName: 'Xtablo',

  errors: {
    title: {
      invalid: 'Some of it needs another look',
    },
  },
}

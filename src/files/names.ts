/** Code points. */
const LONGEST = 255

/**
 * The name that a file is kept under, of the one that its sender gave: no folders, nothing that can't be seen or that
 * turns the direction of what is read, and 255 characters at most with the extension kept. '' when nothing is left.
 */
export function fileName(given: string): string {
  const plain = given
    .toWellFormed()
    .normalize('NFC')
    // Browsers write these three so, and nothing else.
    .replace(/%22/g, '"')
    .replace(/%0[AD]/gi, ' ')
    .split(/[/\\]/)
    .at(-1)
    ?.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029\uFEFF]/gu, '')
    .trim()
  const name = shortened(plain ?? '')
  // Some characters that can't be seen join others, as those of an emoji: they stay with something that can be.
  return /[^\s.\p{Cf}]/u.test(name) ? name : ''
}

function shortened(name: string): string {
  const characters = [...name]
  if (characters.length <= LONGEST) return name
  const extension = [...(/(?<=.)\.[^.\s]{1,20}$/u.exec(name)?.[0] ?? '')]
  return [...characters.slice(0, LONGEST - extension.length), ...extension].join('')
}

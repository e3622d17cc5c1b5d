// The kinds of text that people type, as zod schemas. Lengths count Unicode code points after trimming; a schema's
// message is a key of the error texts.

import { z } from 'zod'
import { type ErrorText, errorText } from '../errors.ts'

const codePoints = (text: string) => [...text].length
/** A single line: inner breaks and tabs become spaces. One in which nothing can be seen is refused with `missing`. */
export const line = (most: number, missing: ErrorText, tooLong: ErrorText) =>
  storable(z.string(errorText(missing)))
    .transform(text =>
      text
        // They would turn the words around it too.
        .replace(/\p{Bidi_Control}/gu, '')
        .replace(/[\s\p{Cc}]+/gu, ' ')
        .trim(),
    )
    .refine(text => /[^\s\p{Cf}]/u.test(text), errorText(missing))
    .refine(text => codePoints(text) <= most, tooLong)
    .meta({ minLength: 1, maxLength: most })

/** Text of several lines, which may be empty. */
export const prose = (most: number, tooLong: ErrorText) =>
  storable(z.string())
    .transform(text => text.replace(/\r\n?/g, '\n').trim())
    .refine(text => codePoints(text) <= most, tooLong)
    .meta({ maxLength: most })

/** A text of a known length that is kept as it was typed, but for the space around it. */
export const secret = (least: number, most: number, tooShort: ErrorText, tooLong: ErrorText) =>
  z
    .string(errorText(tooShort))
    .transform(text => text.trim())
    .refine(text => codePoints(text) >= least, tooShort)
    .refine(text => codePoints(text) <= most, tooLong)

/** Whether Postgres can take the text: it knows no NUL, and half a surrogate pair is no character. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

const storable = (schema: z.ZodString) =>
  schema.refine(isStorable, { message: errorText('unstorable'), abort: true })

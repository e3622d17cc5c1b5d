import { z } from 'zod'
import { errorText } from '../errors.ts'
import { isId } from '../platform/ids.ts'
import { isStorable, line, secret } from '../platform/input.ts'
import { type Language, languages, timeZoneOf } from '../texts/locale.ts'

const name = line(100, 'name_missing', 'name_long')

export const emailAddress = line(254, 'email_missing', 'email_long')
  .transform(text => text.toLowerCase())
  .refine(text => /^[^\s@]+@[^\s@]+\.?[^\s@]+$/.test(text), errorText('email_malformed'))

const newPassword = secret(12, 256, 'password_short', 'password_long')

/** A password that is being checked: any, so long as it can be one. */
const knownPassword = secret(0, 256, 'password_missing', 'password_long')

const timeZone = z
  .string(errorText('time_zone_unknown'))
  .transform(name => timeZoneOf(name) ?? '')
  .refine(name => name !== '', errorText('time_zone_unknown'))

export const signUpSchema = z.object({
  name,
  email: emailAddress,
  password: newPassword,
  // Filled in by the page's script; without it, or with a zone we don't know, UTC until the settings say otherwise.
  time_zone: timeZone.catch('UTC'),
})

/** What a provider of identities says of somebody. An e-mail that can't be one is none; a name can be made up for. */
export const claimsSchema = z
  .object({
    sub: z.string().min(1).max(255).refine(isStorable),
    email: emailAddress.optional().catch(undefined),
    // Some say it in a string.
    email_verified: z
      .union([z.literal(true), z.literal('true')])
      .optional()
      .catch(undefined),
    name: name.optional().catch(undefined),
  })
  .transform(({ sub: subject, email_verified, ...rest }) => ({
    subject,
    ...rest,
    emailVerified: email_verified !== undefined,
  }))

export const signInSchema = z.object({
  email: z
    .string()
    .refine(isStorable)
    // Nobody's, like any other address that nobody has.
    .catch('')
    .transform(text => text.trim().toLowerCase()),
  password: knownPassword.catch(''),
})

export const profileSchema = z.object({
  name,
  language: z
    .enum(['', ...languages], errorText('language_unknown'))
    .transform(language => (language === '' ? null : (language satisfies Language))),
  time_zone: timeZone,
})

/** What a program sends to change the profile: what it leaves out stays. */
export const profileBody = z
  .strictObject({
    name: name.optional(),
    language: z.enum(languages, errorText('language_unknown')).nullable().optional(),
    time_zone: timeZone.optional(),
  })
  .meta({ id: 'Profile', example: { name: 'Ada Lovelace', time_zone: 'Europe/Paris' } })

export const passwordSchema = z.object({ current: knownPassword, password: newPassword })

/** What a personal token may do: `write` reads too. */
export const tokenScopes = ['read', 'write'] as const
export type TokenScope = (typeof tokenScopes)[number]

/** Days for which a personal token can be made. */
export const tokenDays = [7, 30, 90, 365] as const

export interface PersonalTokenFields {
  name: string
  scope: TokenScope
  /** Until it expires */
  days: (typeof tokenDays)[number]
}

export const personalTokenSchema = z.object({
  // As a Tablo's form has it: posted twice it makes one.
  id: z.string().refine(isId).optional().catch(undefined),
  name: line(100, 'token_name_missing', 'name_long'),
  scope: z.enum(tokenScopes, errorText('scope_unknown')),
  days: z
    .string(errorText('expiry_unknown'))
    .transform(Number)
    .pipe(z.literal(tokenDays, errorText('expiry_unknown'))),
})

export const resetSchema = z.object({ password: newPassword })

export const forgotSchema = z.object({ email: emailAddress })

export const newEmailSchema = z.object({ email: emailAddress, current: knownPassword.default('') })

/** A code of the second factor, however it is typed. */
const code = z
  .string(errorText('code_missing'))
  .trim()
  .min(1, errorText('code_missing'))
  .max(64, errorText('code_wrong'))

export const codeSchema = z.object({ code })

export const passkeySchema = z.object({ name: line(100, 'passkey_name_missing', 'name_long') })

/** Recovery codes, as the page that shows them sends them to be saved. */
export const codesFile = z.object({
  codes: z
    .string()
    .max(500)
    .transform(text => text.split(' '))
    .pipe(z.array(z.string().regex(/^[0-9a-z-]{1,30}$/))),
})

export const provingSchema = z.object({ password: knownPassword })

/** What a program sends to sign in. */
export const tokenBody = z
  .strictObject({
    email: z.string(errorText('email_missing')).meta({ maxLength: 254 }),
    password: z.string(errorText('password_missing')).meta({ maxLength: 256 }),
    code: z.string().max(64, errorText('field_malformed')).optional().meta({
      description:
        'For an account with a second factor: the code of the authenticator app, or a recovery code.',
    }),
  })
  // Of what can't be anybody's, as the form has it: nobody's.
  .transform(({ code, ...given }) => ({ ...signInSchema.parse(given), code }))
  .meta({ id: 'Credentials', example: { email: 'ada@example.org', password: 'a few words to remember' } })

export const refreshTokenBody = z
  .strictObject({
    refresh_token: z.string(errorText('field_missing')).max(1_000, errorText('field_malformed')),
  })
  .meta({ id: 'RefreshToken', example: { refresh_token: 'q3kP0m1Zc7mE2f4n8sVtY6uWxR9aLbDhJgKoIiTzNQw' } })

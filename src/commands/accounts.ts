import { offerReset } from '../accounts/accounts.ts'
import { makeAdminByEmail } from '../accounts/people.ts'
import { resetSecondFactorsOf } from '../accounts/resetting.ts'
import { rotateKeys } from '../accounts/signing-keys.ts'
import { configure, misused, print, refusing, take } from './speaking.ts'
import { withDatabase } from './with-database.ts'

export async function resetPassword([email, ...rest]: readonly string[]): Promise<void> {
  const config = configure(rest)
  if (!email) throw misused('reset-password takes the e-mail address of an account.')
  await withDatabase(config, 'reset-password', async ({ db }) => {
    const token = await offerReset(db, email.trim().toLowerCase()).catch(
      refusing({
        not_found: `There is no account with the e-mail address “${email}”.`,
        forbidden: `The account of “${email}” is disabled: an admin can enable it again.`,
      }),
    )
    print(`Open this link within one hour to set a new password:\n${config.baseUrl.href}reset/${token}\n`)
  })
}

export async function resetSecondFactor([email, ...rest]: readonly string[]): Promise<void> {
  const config = configure(rest)
  if (!email) throw misused('reset-second-factor takes the e-mail address of an account.')
  const of = email.trim().toLowerCase()
  await withDatabase(config, 'reset-second-factor', async ({ db }) => {
    await resetSecondFactorsOf(db, of).catch(
      refusing({ not_found: `There is no account with the e-mail address “${of}”.` }),
    )
    print(`“${of}” is signed out everywhere, and signs in by the password alone.\n`)
  })
}

export async function rotateSigningKeys(args: readonly string[]): Promise<void> {
  await withDatabase(configure(args), 'rotate-keys', async ({ db, secret }) => {
    print(`key ${await rotateKeys(db, secret)} signs from now on\n`)
  })
}

/** For whoever is locked out: the command line is the one thing that can't be. */
export async function makeAdmin(args: readonly string[]): Promise<void> {
  const [...rest] = args
  const enable = take(rest, '--enable')
  const [email, ...unknown] = rest
  const config = configure(unknown)
  if (!email) throw misused('make-admin takes the e-mail address of an account.')
  const address = email.trim().toLowerCase()
  await withDatabase(config, 'make-admin', async ({ db }) => {
    const { already } = await makeAdminByEmail(db, address, { enable }).catch(
      refusing({
        not_found: `There is no account with the e-mail address “${address}”.`,
        forbidden: `The account of “${address}” is disabled. To enable it too: xtablo make-admin ${address} --enable`,
      }),
    )
    print(`“${address}” is an admin ${already ? 'already.' : 'now, and signs in anew.'}\n`)
  })
}

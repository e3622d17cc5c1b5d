// Before somebody changes how they sign in they prove once more that it is they, unless they have signed in just now: a
// browser left open is not enough to take an account over. Proving it is signing in again, with a session of its own.

import { AppError, invalid } from '../errors.ts'
import { type Db, transaction } from '../platform/database/database.ts'
import type { Origin, Person } from './actor.ts'
import { type Admission, admit } from './arriving.ts'
import type { SignInLimits } from './limits.ts'
import { type Codes, takeCode } from './second-step.ts'
import { withCredentials } from './sign-in.ts'
import { lockPerson } from './verified.ts'

/** By the current password. Throws invalid for a wrong one, too_many past the limits of signing in. */
export async function proveByPassword(
  db: Db,
  limits: SignInLimits,
  { email }: Person,
  password: string,
  from: Origin,
): Promise<Admission> {
  try {
    return await withCredentials(db, limits, { email, password }, from, (tx, { id }) => admit(tx, id, from))
  } catch (error) {
    const wrong = error instanceof AppError && error.text === 'wrong_credentials'
    throw wrong ? invalid('password', 'password_wrong') : error
  }
}

/** By a code of the authenticator app, or a recovery code. Throws invalid for a wrong one, too_many past the limits. */
export async function proveByCode(
  db: Db,
  { limits, secret }: Codes,
  person: Person,
  code: string,
  from: Origin,
): Promise<Admission> {
  await limits.attemptCode(person.id, from.address)
  const admission = await transaction(db, async tx => {
    const { refused } = await takeCode(tx, secret, await lockPerson(tx, person.id), code, from.address)
    if (refused) throw invalid('code', refused)
    return admit(tx, person.id, from)
  })
  await limits.codeSucceeded(person.id, from.address)
  return admission
}

import { discover, type Provider } from '../accounts/providers.ts'
import { type Finding, fault, fine, orFine, reasonOf } from './findings.ts'

/** Asks each provider of identities what it is, as the first person who signs in by it would have it asked. */
export async function checkProviders(providers: readonly Provider[]): Promise<readonly Finding[]> {
  const found = await Promise.all(providers.map(checkProvider))
  return orFine(found, 'people sign in by their passwords: no provider of identities is set up')
}

async function checkProvider(provider: Provider): Promise<Finding> {
  const { name, label, issuer, redirectUrl } = provider
  try {
    await discover(provider)
    return fine(`${label} answers at ${issuer}; it must know ${redirectUrl} as where it sends people back`)
  } catch (error) {
    const variable = name === 'google' ? 'GOOGLE_ISSUER' : `OIDC_${name.toUpperCase()}_ISSUER`
    return fault(
      `${label} does not answer as a provider of identities at ${issuer}: ${reasonOf(error)}.`,
      `See that ${variable} is right, letter by letter, and that this machine gets there: until then nobody signs in with ${label}.`,
    )
  }
}

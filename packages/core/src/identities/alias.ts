import { BillfoldError } from '../errors.ts'

/** How long an alias may be, in characters. */
export const mostAliasCharacters = 128

/**
 * Holds an alias to what one may be: 1 to 128 characters, and not another DID, which would keep that DID's wallet from having
 * its own for an alias.
 * @throws BillfoldError `identity.alias-invalid`
 */
export function checkAlias(alias: string, did: string): void {
  const characters = [...alias].length
  if (characters < 1 || characters > mostAliasCharacters || (alias.startsWith('did:') && alias !== did))
    throw new BillfoldError('identity.alias-invalid')
}

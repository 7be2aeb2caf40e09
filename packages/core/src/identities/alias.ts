import { BillfoldError } from '../errors.ts'

/** The maximum length of an alias, in characters. */
export const mostAliasCharacters = 128

/**
 * Checks an alias: 1 to 128 characters, and not the DID of another wallet, which uses its DID as its default alias.
 *
 * @throws BillfoldError `did-wallet.alias-invalid`
 */
export function checkAlias(alias: string, did: string): void {
  const characters = [...alias].length
  if (characters < 1 || characters > mostAliasCharacters || (alias.startsWith('did:') && alias !== did))
    throw new BillfoldError('identity.alias-invalid')
}

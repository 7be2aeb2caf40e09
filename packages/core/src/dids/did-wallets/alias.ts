import { BillfoldError } from '../../kernel/errors.ts'

/** The maximum length of an alias, in characters. */
export const maxAliasLength = 128

/**
 * Checks an alias: 1 to 128 characters, and not the DID of another wallet, which uses its DID as its default alias.
 *
 * @throws BillfoldError `did-wallet.alias-invalid`
 */
export function assertValidAlias(alias: string, did: string): void {
  const characters = [...alias].length
  if (characters < 1 || characters > maxAliasLength || (alias.startsWith('did:') && alias !== did))
    throw new BillfoldError('did-wallet.alias-invalid')
}

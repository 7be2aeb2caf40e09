import type { ControlsDid } from '../../identity/users/did-control.ts'
import { listIdentifiers, openIdentifier } from '../../identity/users/identifiers.ts'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { type DidKeyResolver, isKeyOfWallet } from './did-keys.ts'
import { type ExternalWallet, toExternalWallet } from './external-wallet.ts'

/** Creates the function that looks up who controls a DID: the keys of the user among the authentication keys of the DID. */
export function createControlsDid(services: Services, resolve: DidKeyResolver): ControlsDid {
  return async ({ tenant, userId }, did) => {
    const rows = (await listIdentifiers(services, userId)).filter(
      (row) => row.tenant === tenant && row.kind === 'public-key' && row.verifiedBy !== null,
    )
    if (rows.length === 0) return false
    const keys = (await resolve(did, tenant)) ?? []
    const wallets = await Promise.all(rows.map(async (row) => parseWallet(await openIdentifier(services, row))))
    return wallets.some((wallet) => wallet !== undefined && keys.some((key) => isKeyOfWallet(key, wallet)))
  }
}

/** Parses the public key of a wallet: 64 bytes in hex. Returns undefined for keys that the host stores in other forms. */
function parseWallet(publicKey: string): ExternalWallet | undefined {
  if (!/^[0-9a-f]{128}$/i.test(publicKey)) return undefined
  try {
    return toExternalWallet(secp256k1.parsePublicKey(Buffer.from(publicKey, 'hex'), false))
  } catch (error) {
    if (isBillfoldError(error, 'crypto.invalid-key')) return undefined
    throw error
  }
}

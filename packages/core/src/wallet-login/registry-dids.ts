import { isBillfoldError } from '../errors.ts'
import { type DidDocument, type DidRegistry, resolveDid } from '../dids/index.ts'
import { keyOf } from '../identities/did-auth/listed-key.ts'
import type { ChainServices } from '../services.ts'
import type { DidKey, ResolveDid } from './did-keys.ts'

/** did:eth is what older wallets call did:ethr. */
const older = /^did:eth:/i

/**
 * Finds the keys of DIDs in registries, so that a DID that was handed over is its new owner's: those that its document lists for
 * authentication. DIDs of networks that no registry is for are left to `elsewhere`.
 * @throws BillfoldError `transaction.chain-unavailable`, from the function that it gives
 */
export function registryDids(
  services: ChainServices,
  registries: readonly DidRegistry[],
  elsewhere: ResolveDid,
): ResolveDid {
  return async (asked, tenant) => {
    // Wallets write the address with the capitals of its checksum; a registry knows one form.
    const did = asked.replace(older, 'did:ethr:').toLowerCase()
    try {
      const { didDocument } = await resolveDid(services, registries, tenant, did)
      return keysOf(didDocument, asked)
    } catch (error) {
      if (isBillfoldError(error, 'did.unknown-network')) return elsewhere(asked, tenant)
      if (isBillfoldError(error, 'did.invalid') || isBillfoldError(error, 'did.too-many-changes')) return undefined
      throw error
    }
  }
}

/** With ids as the caller writes the DID. */
function keysOf({ id: did, verificationMethod, authentication }: DidDocument, asked: string): readonly DidKey[] {
  return verificationMethod
    .filter(({ id }) => authentication.includes(id))
    .flatMap((method): readonly DidKey[] => {
      const key = keyOf(method)
      if (key === undefined || !('address' in key)) return []
      return [{ id: asked + method.id.slice(did.length), address: key.address }]
    })
}

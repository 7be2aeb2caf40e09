import { isBillfoldError } from '../../kernel/errors.ts'
import { type DidDocument, type DidRegistry, type RegistryServices, resolveDid } from '../../dids/registries/index.ts'
import { parseVerificationMethod } from '../../dids/did-wallets/did-auth/document-keys.ts'
import type { DidKey, DidKeyResolver } from './did-keys.ts'

/** Older wallets write did:eth for did:ethr. */
const legacyMethod = /^did:eth:/i
/** SelfKey's registry is gone. Its DIDs are read as the addresses in them. */
const methodWithoutRegistry = /^did:selfkey:/i

/**
 * Creates a resolver that reads the authentication keys of DIDs from registries, so that ownership transfers are respected. DIDs of
 * networks without a registry are passed to `fallback`, those of other methods to `otherMethods`; without it they are not known.
 * @throws BillfoldError the returned function: `transaction.chain-unavailable`
 */
export function registryDidKeyResolver(
  services: RegistryServices,
  registries: readonly DidRegistry[],
  fallback: DidKeyResolver,
  otherMethods?: DidKeyResolver,
): DidKeyResolver {
  return async (requested, tenant) => {
    if (methodWithoutRegistry.test(requested)) return fallback(requested, tenant)
    // Wallets write checksummed (EIP-55) addresses; registries use lower case.
    const did = requested.replace(legacyMethod, 'did:ethr:').toLowerCase()
    if (!registryMethods.test(did)) return otherMethods?.(requested, tenant)
    try {
      const { didDocument } = await resolveDid(services, registries, tenant, did)
      return toDidKeys(didDocument, requested)
    } catch (error) {
      if (isBillfoldError(error, 'did.unknown-network')) return fallback(requested, tenant)
      if (refusals.some((code) => isBillfoldError(error, code))) return undefined
      throw error
    }
  }
}

/** The methods of DIDs in registries. */
const registryMethods = /^did:(?:ethr|spherity):/

/** The DID has no keys that could be known here. */
const refusals = ['did.invalid', 'did.history-too-long'] as const

/** Lists the authentication keys, with ids based on the DID as the caller wrote it. */
function toDidKeys({ id: did, verificationMethod, authentication }: DidDocument, requested: string): readonly DidKey[] {
  return verificationMethod
    .filter(({ id }) => authentication.includes(id))
    .flatMap((method): readonly DidKey[] => {
      const key = parseVerificationMethod(method)
      if (key === undefined || !('address' in key)) return []
      return [{ id: requested + method.id.slice(did.length), address: key.address }]
    })
}

import type { ChainServices } from '../../../custody/services.ts'
import { parseDid } from '../did.ts'
import type { DidDocument } from './document.ts'
import { buildDidDocument } from './build-document.ts'
import { type DidRegistry, selectRegistry } from '../registry.ts'

/** The media type of DID documents (W3C DID Core 1.0 section 6.3). */
export const didDocumentMediaType = 'application/did+ld+json'

/** The result of resolving a DID (W3C DID Core 1.0 section 7.1). */
export interface DidResolution {
  readonly didDocument: DidDocument
  readonly didResolutionMetadata: { readonly contentType: typeof didDocumentMediaType }
  readonly didDocumentMetadata: {
    /** True if the owner is the zero address; the document is empty then. */
    readonly deactivated?: true
    /** The block of the last change, or its number in the embedded registry; absent if there was none. */
    readonly versionId?: string
    /** The time of the last change: RFC 3339 in UTC, to the second. */
    readonly updated?: string
  }
}

/**
 * Resolves a DID to its current document. Every address owns its own DID from the start, so a DID without any change
 * has a document, too.
 *
 * @param services the dependencies of the registry, see {@link createRegistryServices}
 * @param registries the registry is selected by the network of the DID, see {@link selectRegistry}
 * @throws BillfoldError `did.invalid`, `did.unknown-network`, `did.history-too-long`, `transaction.chain-unavailable`
 *
 * @example
 * ```ts
 * import { createRegistryServices, embeddedRegistry, resolveDid } from '@billfold/core/dids'
 *
 * const did = 'did:ethr:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74'
 * const { didDocument } = await resolveDid(createRegistryServices(), [embeddedRegistry()], 'default', did)
 * ```
 */
export async function resolveDid(
  services: ChainServices,
  registries: readonly DidRegistry[],
  tenant: string,
  did: string,
): Promise<DidResolution> {
  const parsed = parseDid(did)
  const { address } = parsed
  const registry = selectRegistry(registries, parsed)
  const { events, getTimestamp } = await registry.getHistory(services, tenant, address)
  const now = BigInt(Math.floor(services.now() / 1000))
  const { document, deactivated, version } = buildDidDocument({ did, address, chainId: registry.chainId, events, now })
  return {
    didDocument: document,
    didResolutionMetadata: { contentType: didDocumentMediaType },
    didDocumentMetadata: {
      ...(deactivated && { deactivated }),
      ...(version !== undefined && { versionId: version.toString(), updated: formatTime(await getTimestamp(version)) }),
    },
  }
}

function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '')
}

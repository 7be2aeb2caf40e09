import type { ChainServices } from '../services.ts'
import { parseDid } from './did.ts'
import type { DidDocument } from './document.ts'
import { didDocument } from './make-document.ts'
import type { DidRegistry } from './registry.ts'
import { registryFor } from './registry-for.ts'

/** The media type of the DID documents (W3C DID Core 1.0 section 6.3). */
export const didDocumentType = 'application/did+ld+json'

/** What resolving a DID gives (W3C DID Core 1.0 section 7.1). */
export interface DidResolution {
  readonly didDocument: DidDocument
  readonly didResolutionMetadata: { readonly contentType: typeof didDocumentType }
  readonly didDocumentMetadata: {
    /** True where the owner was set to zeros: the document is empty then. */
    readonly deactivated?: true
    /** The block of the last change, or its number in the embedded registry; absent where there was none. */
    readonly versionId?: string
    /** When it was made: RFC 3339 in UTC, to the second. */
    readonly updated?: string
  }
}

/**
 * Resolves a DID as it is now. Every address is the owner of its own DID from the start, so one that no registry has
 * heard of has a document, too.
 * @throws BillfoldError `did.invalid`, `did.unknown-network`, `did.too-many-changes`, `transaction.chain-unavailable`
 */
export async function resolveDid(
  services: ChainServices,
  registries: readonly DidRegistry[],
  tenant: string,
  did: string,
): Promise<DidResolution> {
  const parsed = parseDid(did)
  const { address } = parsed
  const registry = registryFor(registries, parsed)
  const { events, timeOf } = await registry.history(services, tenant, address)
  const now = BigInt(Math.floor(services.now() / 1000))
  const { document, deactivated, version } = didDocument({ did, address, chainId: registry.chainId, events, now })
  return {
    didDocument: document,
    didResolutionMetadata: { contentType: didDocumentType },
    didDocumentMetadata: {
      ...(deactivated && { deactivated }),
      ...(version !== undefined && { versionId: version.toString(), updated: dateOf(await timeOf(version)) }),
    },
  }
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '')
}

import type { ChainServices } from '../../../custody/services.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { parseDid, toCanonicalDid } from '../did.ts'
import type { DidDocument, DocumentFormat } from './document.ts'
import { buildDidDocument } from './build-document.ts'
import { type DidRegistry, type RegistryHistory, selectRegistry } from '../registry.ts'

/** The media type of DID documents with a JSON-LD context (W3C DID Core 1.0 section 6.3). */
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
    /** The first change after the version that was asked for, and its time. */
    readonly nextVersionId?: string
    readonly nextUpdate?: string
    /** The form in which this DID is stored, if it was written differently (W3C DID Core 1.0 section 7.1.3). */
    readonly canonicalId?: string
  }
}

/** Options of {@link resolveDid} (W3C DID Core 1.0 section 3.2.1). At most one of the two versions can be given. */
export interface ResolveDidOptions {
  /** Resolves the document as of this block or, in the embedded registry, after this number of changes. */
  readonly versionId?: number | undefined
  /** Resolves the document as of this time, in seconds since 1970. */
  readonly versionTime?: number | undefined
  /** Default: `current`. */
  readonly format?: DocumentFormat | undefined
}

/**
 * Resolves a DID to its document, the current one by default. Every address owns its own DID from the start, so a DID without any
 * change has a document, too.
 *
 * @param services the dependencies of the registry, see {@link createRegistryServices}
 * @param registries the registry is selected by the method and the network of the DID, see {@link selectRegistry}
 * @throws BillfoldError `did.invalid`, `did.method-not-supported`, `did.unknown-network`, `did.unknown-version`,
 *   `did.history-too-long`, `transaction.chain-unavailable`
 *
 * @example
 * ```ts
 * import { createRegistryServices, embeddedRegistry, resolveDid } from '@billfold/core/dids'
 *
 * const did = 'did:spherity:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74'
 * const { didDocument } = await resolveDid(createRegistryServices(), [embeddedRegistry()], 'default', did)
 * ```
 */
export async function resolveDid(
  services: ChainServices,
  registries: readonly DidRegistry[],
  tenant: string,
  did: string,
  options: ResolveDidOptions = {},
): Promise<DidResolution> {
  const parsed = parseDid(did)
  const { address, publicKey } = parsed
  const registry = selectRegistry(registries, parsed)
  const history = await registry.getHistory(services, tenant, address)
  const now = await findTime(history, options, Math.floor(services.now() / 1000))
  const { events, next } = await splitHistory(history, options, now)
  const { chainId } = registry
  const input = { did, address, publicKey, chainId, events, now: BigInt(now), format: options.format }
  const { document, deactivated, version } = buildDidDocument(input)
  const canonicalId = toCanonicalDid(did)
  return {
    didDocument: document,
    didResolutionMetadata: { contentType: didDocumentMediaType },
    didDocumentMetadata: {
      ...(deactivated && { deactivated }),
      ...(version !== undefined && { versionId: version.toString(), updated: await timeOf(history, version) }),
      ...(next !== undefined && { nextVersionId: next.toString(), nextUpdate: await timeOf(history, next) }),
      ...(canonicalId !== did && publicKey === undefined && { canonicalId }),
    },
  }
}

/** The time for which the document is built. @throws BillfoldError `did.unknown-version` if the version is in the future */
async function findTime(
  { getTimestamp }: RegistryHistory,
  { versionId, versionTime }: ResolveDidOptions,
  now: number,
): Promise<number> {
  if (versionTime !== undefined) return versionTime
  if (versionId === undefined) return now
  const time = versionId === 0 ? 0 : await getTimestamp(versionId)
  if (time === undefined) throw new BillfoldError('did.unknown-version')
  return time
}

/** The events up to the version that is asked for, and the version of the first one after it. */
async function splitHistory(
  { events, getTimestamp }: RegistryHistory,
  { versionId, versionTime }: ResolveDidOptions,
  now: number,
): Promise<{ readonly events: RegistryHistory['events']; readonly next: number | undefined }> {
  if (versionId === undefined && versionTime === undefined) return { events, next: undefined }
  if (versionId !== undefined) {
    const { length } = events.filter(({ version }) => version <= versionId)
    return { events: events.slice(0, length), next: events[length]?.version }
  }
  // Newest first, so that a recent time reads few blocks. Events of one version have the same time.
  let { length } = events
  for (const version of [...new Set(events.map((event) => event.version))].toReversed()) {
    if (((await getTimestamp(version)) ?? 0) <= now) break
    length = events.findIndex((event) => event.version === version)
  }
  return { events: events.slice(0, length), next: events[length]?.version }
}

async function timeOf({ getTimestamp }: RegistryHistory, version: number): Promise<string> {
  return new Date(((await getTimestamp(version)) ?? 0) * 1000).toISOString().replace('.000', '')
}

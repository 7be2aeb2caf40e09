import { BillfoldError } from '../../kernel/errors.ts'
import type { Address } from './registry.ts'

/** The supported DID methods; both follow the rules of did:ethr. */
export const didMethods = ['spherity', 'ethr'] as const

/** A supported DID method: `spherity` or `ethr`. */
export type DidMethod = (typeof didMethods)[number]

/** The parts of a DID. */
export interface ParsedDid {
  readonly method: DidMethod
  /**
   * The network segment: a name such as `sepolia`, or `0x` and a chain id in hex. Undefined selects the first registry.
   */
  readonly network: string | undefined
  /** 0x and 40 hex digits in lower case. */
  readonly address: Address
}

/** The maximum length of a network segment, in characters. */
const maxNetworkLength = 32

/** Method, optional network, address in lower case. */
const pattern = /^did:(spherity|ethr):(?:([a-z0-9][a-z0-9._-]*(?::[a-z0-9][a-z0-9._-]*)*):)?(0x[0-9a-f]{40})$/

/** The maximum length of a DID, in characters. */
export const maxDidLength = 128

/**
 * Parses a DID strictly (W3C DID Core 1.0 section 3.1; did:ethr): the address is in lower case, and no path, query or
 * fragment follows.
 *
 * @throws BillfoldError `did.invalid`
 *
 * @example
 * ```ts
 * import { parseDid } from '@billfold/core/dids'
 *
 * parseDid('did:ethr:sepolia:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74').network // 'sepolia'
 * ```
 */
export function parseDid(did: string): ParsedDid {
  const parts = did.length > maxDidLength ? null : pattern.exec(did)
  const [, method, network, address] = parts ?? []
  const known = didMethods.find((name) => name === method)
  if (known === undefined || address === undefined || (network?.length ?? 0) > maxNetworkLength)
    throw new BillfoldError('did.invalid')
  return { method: known, network, address }
}

/**
 * Formats the DID of an address.
 *
 * @param address in any case
 * @param network the network segment; omit it for the first registry
 * @throws BillfoldError `did.invalid` if the address or the network is invalid
 *
 * @example
 * ```ts
 * import { formatDid } from '@billfold/core/dids'
 *
 * formatDid('ethr', '0xf3beac30c498d9e26865f34fcaa57dbb935b0d74', 'sepolia')
 * ```
 */
export function formatDid(method: DidMethod, address: string, network?: string): string {
  const did = `did:${method}:${network === undefined ? '' : `${network}:`}${address.toLowerCase()}`
  parseDid(did)
  return did
}

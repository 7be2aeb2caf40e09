import { BillfoldError } from '../errors.ts'
import type { Address } from './registry.ts'

/** The methods of DIDs that are kept here; both follow the rules of did:ethr. */
export const didMethods = ['spherity', 'ethr'] as const

/** `spherity`, or `ethr`. */
export type DidMethod = (typeof didMethods)[number]

/** A DID, taken apart. */
export interface ParsedDid {
  readonly method: DidMethod
  /** The network segment: a name such as `sepolia`, or `0x` and a chain id in hex. Absent, the host's first registry is meant. */
  readonly network: string | undefined
  readonly address: Address
}

/** How long a network segment may be, in characters. */
const mostNetworkCharacters = 32

/** The method, a network that may be there, and an address in lower case. */
const pattern = /^did:(spherity|ethr):(?:([a-z0-9][a-z0-9._-]*(?::[a-z0-9][a-z0-9._-]*)*):)?(0x[0-9a-f]{40})$/

/** No DID is longer than this. */
export const mostDidCharacters = 128

/**
 * Takes a DID apart, strictly (W3C DID Core 1.0 section 3.1; did:ethr): the address is in lower case, nothing follows it.
 * @throws BillfoldError `did.invalid`
 */
export function parseDid(did: string): ParsedDid {
  const parts = did.length > mostDidCharacters ? null : pattern.exec(did)
  const [, method, network, address] = parts ?? []
  const known = didMethods.find((name) => name === method)
  if (known === undefined || address === undefined || (network?.length ?? 0) > mostNetworkCharacters)
    throw new BillfoldError('did.invalid')
  return { method: known, network, address }
}

/** The DID of an address, whatever case it is in. @throws BillfoldError `did.invalid` for what is no address or no network */
export function formatDid(method: DidMethod, address: string, network?: string): string {
  const did = `did:${method}:${network === undefined ? '' : `${network}:`}${address.toLowerCase()}`
  parseDid(did)
  return did
}

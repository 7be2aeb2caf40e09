import { BillfoldError } from '../../kernel/errors.ts'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { publicKeyToAddress } from './address.ts'
import type { Address } from './registry.ts'

/** The supported DID methods; both follow the rules of did:ethr. */
export const didMethods = ['spherity', 'ethr'] as const

/** A supported DID method: `spherity` or `ethr`. */
export type DidMethod = (typeof didMethods)[number]

/** The parts of a DID. */
export interface ParsedDid {
  readonly method: DidMethod
  /**
   * The network segment: a name such as `sepolia`, or `0x` and a chain id in hex. Undefined for Ethereum mainnet (`ethr`), or
   * for the first registry (`spherity`).
   */
  readonly network: string | undefined
  /** 0x and 40 hex digits in lower case. Of a DID with a public key, the address of that key. */
  readonly address: Address
  /** The compressed public key (33 bytes) of a DID that has one instead of an address. */
  readonly publicKey: Uint8Array | undefined
}

/** The maximum length of a network segment, in characters. */
const maxNetworkLength = 32

/** Method, optional network, address or compressed public key. */
const pattern =
  /^did:(spherity|ethr):(?:([a-z0-9][a-z0-9._-]*(?::[a-z0-9][a-z0-9._-]*)*):)?(0x(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{66}))$/

/** A DID of any method (W3C DID Core 1.0 section 3.1). */
const didSyntax = /^did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})$/

/** The names of Ethereum mainnet in did:ethr, beside no name (did:ethr, "Method Specific Identifier"). */
const mainnetNames = ['mainnet', '0x1']

/** The maximum length of a DID, in characters. */
export const maxDidLength = 128

/**
 * Parses a DID strictly (W3C DID Core 1.0 section 3.1; did:ethr): the identifier is an address or a compressed public key in any
 * case, and no path, query or fragment follows.
 *
 * @throws BillfoldError `did.invalid`, `did.method-not-supported`
 *
 * @example
 * ```ts
 * import { parseDid } from '@billfold/core/dids'
 *
 * parseDid('did:ethr:sepolia:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74').network // 'sepolia'
 * ```
 */
export function parseDid(did: string): ParsedDid {
  if (did.length > maxDidLength || !didSyntax.test(did)) throw new BillfoldError('did.invalid')
  const [, method, network, identifier = ''] = pattern.exec(did) ?? []
  const known = didMethods.find((name) => did.startsWith(`did:${name}:`))
  if (known === undefined) throw new BillfoldError('did.method-not-supported')
  if (method === undefined || (network?.length ?? 0) > maxNetworkLength) throw new BillfoldError('did.invalid')
  const isMainnet = known === 'ethr' && network !== undefined && mainnetNames.includes(network)
  const publicKey = identifier.length > 42 ? parsePublicKey(identifier) : undefined
  const address = publicKey === undefined ? identifier.toLowerCase() : publicKeyToAddress(publicKey)
  return { method: known, network: isMainnet ? undefined : network, address, publicKey }
}

function parsePublicKey(hex: string): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(hex.slice(2), 'hex'))
  if (!secp256k1.isPublicKey(bytes)) throw new BillfoldError('did.invalid')
  return bytes
}

/**
 * Returns the one form in which a DID is stored and looked up: with the address in lower case, and without a name of Ethereum
 * mainnet. `did:ethr:0x…`, `did:ethr:mainnet:0x…` and `did:ethr:0x1:0x…` are one DID, and so is that of a public key.
 *
 * @throws BillfoldError `did.invalid`, `did.method-not-supported`
 */
export function toCanonicalDid(did: string): string {
  const { method, network, address } = parseDid(did)
  return formatDid(method, address, network)
}

/**
 * Formats the DID of an address.
 *
 * @param address in any case
 * @param network the network segment; omit it for Ethereum mainnet, or with `spherity` for the first registry
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
  const written = `did:${method}:${network === undefined ? '' : `${network}:`}${address.toLowerCase()}`
  const parsed = parseDid(written)
  if (parsed.publicKey !== undefined) throw new BillfoldError('did.invalid')
  return parsed.network === network ? written : `did:${method}:${parsed.address}`
}

/**
 * Signs credentials, requests and status lists: a certificate chain, and the key of its leaf, wherever that key is. All that
 * Billfold signs is ES256 on P-256 (HAIP 1.0 section 7).
 *
 * @example
 * ```ts
 * import type { CredentialSigner } from '@billfold/credentials'
 *
 * interface Kms {
 *   sign(bytes: Uint8Array): Promise<Uint8Array>
 * }
 * const kmsSigner = (leaf: Uint8Array, kms: Kms): CredentialSigner => {
 *   return { certificates: [leaf], algorithm: 'ES256', sign: (bytes) => kms.sign(bytes) }
 * }
 * ```
 */
export interface CredentialSigner {
  /** DER, the leaf first, without the trust anchor, never self-signed (HAIP 1.0 section 6.1.1). At most four. */
  readonly certificates: readonly Uint8Array[]
  readonly algorithm: 'ES256'
  /** The key in a DID document, as a DID URL: `did:web:example.com#key-1`. For verifiers that wallets know by a DID. Default: none. */
  readonly didUrl?: string
  /** Signs SHA-256 of the bytes. Returns the signature as `r ‖ s`, 64 bytes (RFC 7518 section 3.4). */
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array
}

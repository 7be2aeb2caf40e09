/** A verification method of a DID document (W3C DID Core 1.0 section 5.2). */
export interface VerificationMethod {
  readonly id: string
  readonly type: string
  readonly controller: string
  /** CAIP-10 account id of an owner or a delegate. */
  readonly blockchainAccountId?: string
  /** RFC 7517: a secp256k1 key (RFC 8812). */
  readonly publicKeyJwk?: { readonly kty: 'EC'; readonly crv: 'secp256k1'; readonly x: string; readonly y: string }
  /** Base58 with its prefix `z`, of a key with its multicodec prefix. */
  readonly publicKeyMultibase?: string
  readonly publicKeyHex?: string
  readonly publicKeyBase64?: string
  readonly publicKeyBase58?: string
  readonly publicKeyPem?: string
  readonly value?: string
}

/**
 * The form of documents. `current`: secp256k1 keys as `publicKeyJwk`, Ed25519 and X25519 keys in the 2020 suites with multibase, as
 * ethr-did-resolver has them since version 12. `ethr-did-resolver-11`: the suites of 2018 and 2019, as before.
 */
export type DocumentFormat = 'current' | 'ethr-did-resolver-11'

/** A service of a DID document (W3C DID Core 1.0 section 5.4). */
export interface DidService {
  readonly id: string
  readonly type: string
  readonly serviceEndpoint: unknown
}

/** A DID document (W3C DID Core 1.0), built from the events of a registry by the rules of did:ethr. */
export interface DidDocument {
  readonly '@context'?: readonly (string | Readonly<Record<string, unknown>>)[]
  readonly id: string
  readonly verificationMethod: readonly VerificationMethod[]
  readonly authentication: readonly string[]
  readonly assertionMethod: readonly string[]
  readonly keyAgreement?: readonly string[]
  readonly service?: readonly DidService[]
}

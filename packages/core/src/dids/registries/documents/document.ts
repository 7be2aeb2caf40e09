/** A verification method of a DID document (W3C DID Core 1.0 section 5.2). */
export interface VerificationMethod {
  readonly id: string
  readonly type: string
  readonly controller: string
  /** CAIP-10 account id of an owner or a delegate. */
  readonly blockchainAccountId?: string
  readonly publicKeyHex?: string
  readonly publicKeyBase64?: string
  readonly publicKeyBase58?: string
  readonly publicKeyPem?: string
  readonly value?: string
}

/** A service of a DID document (W3C DID Core 1.0 section 5.4). */
export interface DidService {
  readonly id: string
  readonly type: string
  readonly serviceEndpoint: unknown
}

/** A DID document (W3C DID Core 1.0), built from the events of a registry by the rules of did:ethr. */
export interface DidDocument {
  readonly '@context': readonly string[]
  readonly id: string
  readonly verificationMethod: readonly VerificationMethod[]
  readonly authentication: readonly string[]
  readonly assertionMethod: readonly string[]
  readonly keyAgreement?: readonly string[]
  readonly service?: readonly DidService[]
}

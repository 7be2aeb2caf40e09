import type { CredentialSigner } from '../trust/credential-signer.ts'
import type { TrustList } from '../trust/trust-list.ts'
import type { Authorize } from './oauth/authorize-option.ts'
import type { AnyCredentialType, CredentialDisplay } from './types/credential-type.ts'

/** A wallet that is registered with the issuer, for the authorization code grant without client attestation. */
export interface WalletClient {
  readonly clientId: string
  /** Compared exactly (RFC 9700 section 4.1.3). */
  readonly redirectUris: readonly string[]
}

/** Options of the issuer. */
export interface IssuerOptions {
  /**
   * The public URL of the API: https, without query, fragment and trailing slash; http for loopback only. It is the issuer's
   * identifier, and can never change. It need not be the path that is mounted.
   */
  readonly publicUrl: string
  /** The credential types; 1 to 50. */
  readonly types: readonly AnyCredentialType[]
  /** Signs credentials, status lists and metadata. Of several, the first signs, and all are published. */
  readonly signer: CredentialSigner | readonly CredentialSigner[]
  /** The names of the issuer. */
  readonly display?: readonly CredentialDisplay[]
  /** Authenticates the user of a browser, for the authorization code grant. Without it only offers with a pre-authorized code work. */
  readonly authorize?: Authorize
  /** Anchors of wallet attestations. Required by `haip`. */
  readonly walletProviders?: TrustList
  /** Anchors of key attestations. With them wallets may prove keys by attestation. */
  readonly keyAttestation?: TrustList
  /** Wallets that need no attestation; in the profile `open` only. */
  readonly clients?: readonly WalletClient[]
  /** `nonce`: each DPoP proof must have a nonce of this server (RFC 9449 section 8). Default: `required`. */
  readonly dpop?: 'required' | 'nonce'
  /** True to issue Bearer tokens, of five minutes, to wallets without DPoP; in the profile `open` only. Default: false. */
  readonly bearerTokens?: boolean
}

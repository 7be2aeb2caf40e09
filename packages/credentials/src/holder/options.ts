import type { CredentialSigner } from '../trust/credential-signer.ts'
import type { TrustList } from '../trust/trust-list.ts'
import type { WalletHttp } from './wallet-http.ts'

/** The provider of the wallet, which attests it to issuers that ask for it. */
export interface WalletProvider {
  /** The product: the `client_id` of the wallet, the same for all its users. */
  readonly clientId: string
  /** Signs attestations. Its chain must lead to an anchor that issuers trust. */
  readonly signer: CredentialSigner
}

/** Options of the holder. */
export interface HolderOptions {
  /** Where the browser returns to after an issuer's authorization page: https; http for loopback only. */
  readonly redirectUri: string
  /** Anchors of issuers. A credential of any other is not accepted. */
  readonly issuers: TrustList
  /** Anchors of verifiers. */
  readonly verifiers: TrustList
  readonly walletProvider?: WalletProvider
  /** The `client_id` without a wallet provider. Default: `redirectUri`. */
  readonly clientId?: string
  /** Types of transaction data that the host shows to its users. Requests with others are refused. Default: none. */
  readonly transactionDataTypes?: readonly string[]
  /** Sends requests to issuers and verifiers. Default: https, public addresses only, no redirects, 1 MiB, 10 seconds. */
  readonly http?: WalletHttp
}

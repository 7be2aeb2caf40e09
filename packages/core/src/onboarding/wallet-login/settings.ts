import type { DidKeyResolver } from './did-keys.ts'
import type { DidDocumentResolver } from './document-did-keys.ts'

/** Verifies the signature of a contract account on a chain. Returns false if it is invalid or the chain is unknown. */
export type ContractSignatureVerifier = (query: {
  /** EIP-155 chain id. */
  readonly chainId: number
  /** Hex with `0x`. */
  readonly address: string
  /** 32 bytes: the hash of the message (EIP-191 version 0x45). */
  readonly digest: Uint8Array
  readonly signature: Uint8Array
}) => Promise<boolean>

/** Site and chains for Sign-In with Ethereum messages (ERC-4361). */
export interface SignInSite {
  /** Host name, with the port unless it is the default: `example.com`. */
  readonly domain: string
  /** URI that the wallet signs in to: `https://example.com/login`. */
  readonly uri: string
  /** Accepted EIP-155 chain ids. Messages for signing use the first. Default: `[1]`. */
  readonly chainIds?: readonly number[]
  /** Statement that the wallet shows: one line. */
  readonly statement?: string
}

/** Settings of wallet login. */
export interface WalletLoginSettings {
  /**
   * What wallets sign. `nonce` (default): the bare nonce, for compatibility with existing wallets. It does not name the site, so a phishing
   * site can relay it. `eip4361`: a Sign-In with Ethereum message that names the site; recommended. `either`: accepts both and is as weak as
   * `nonce`.
   */
  readonly messageFormat?: 'nonce' | 'eip4361' | 'either'
  /** Required unless `messageFormat` is `nonce`. */
  readonly site?: SignInSite
  /** Accept a response from another IP address than the one that requested the challenge. Default: false. */
  readonly allowIpChange?: boolean
  /**
   * Resolves the keys of DIDs that wallets claim. Default: the DID registries of Billfold, so that ownership transfers are respected. DIDs of
   * other networks are rejected if the host has configured registries (`dids.registries`); otherwise DIDs that contain the address of
   * their key (did:ethr, did:eth, did:spherity) are resolved to that address. See
   * `didResolver` for other methods.
   */
  readonly resolveDidKeys?: DidKeyResolver
  /**
   * Verifies the signatures of contract accounts (ERC-1271, ERC-6492). Only Sign-In with Ethereum messages name a chain, so contract
   * accounts log in with those only. Default: the chain client of the message's chain, as in `custody.chainClients`; on chains
   * without a client, contract accounts are refused.
   */
  readonly verifyContractSignature?: ContractSignatureVerifier
  /**
   * Resolves DIDs of other methods, such as {@link portableDidResolver} for did:key, did:jwk and did:web, or a `Resolver` of the package
   * `did-resolver`. Default: none, wallets with such DIDs are rejected.
   */
  readonly didResolver?: DidDocumentResolver
}

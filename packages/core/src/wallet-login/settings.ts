import type { ResolveDid } from './did-keys.ts'

/** Which site and chain a wallet signs in to, with Sign-In with Ethereum (ERC-4361). */
export interface SignInSite {
  /** The host, with its port where it is not the usual one: `example.com`. */
  readonly domain: string
  /** What the wallet is asked to sign in to: `https://example.com/login`. */
  readonly uri: string
  /** EIP-155 chain ids that are taken; the first one is asked for. 1 unless said otherwise. */
  readonly chainIds?: readonly number[]
  /** One line that the wallet shows. */
  readonly statement?: string
}

/** What a host decides about the login of wallets. */
export interface WalletLoginSettings {
  /**
   * What wallets sign. `nonce`, the default, is what existing wallets know: the bare nonce, which names no site, so that another site can
   * have it signed in its own name. `eip4361` is Sign-In with Ethereum, which names the site and is the one to choose for new
   * wallets; `either` takes both, and is as weak as `nonce`.
   */
  readonly messageFormat?: 'nonce' | 'eip4361' | 'either'
  /** Needed for every format but `nonce`. */
  readonly site?: SignInSite
  /** Whether a challenge may be answered from another address than the one that asked for it: no, unless said so. */
  readonly allowOtherIp?: boolean
  /**
   * Finds the keys of DIDs that wallets claim. Without it they are looked up where Billfold keeps DIDs, so that one that was handed
   * over is its new owner's. Where the host has named its registries (`dids`), DIDs of other networks are refused; else those that carry
   * the address of their key (did:ethr, did:eth, did:spherity) are taken for that key's.
   */
  readonly resolveDid?: ResolveDid
}

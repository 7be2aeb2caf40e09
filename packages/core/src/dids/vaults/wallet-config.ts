/** A service of a DID document; `validity` is in milliseconds from the time of the change. */
export interface ServiceInput {
  readonly name: string
  readonly value: string
  readonly validity?: number | undefined
}

/**
 * A delegate of a DID: an address, a public key (65 bytes, hex) or, if absent, a newly generated key. `validity` is in
 * milliseconds.
 */
export interface DelegateInput {
  readonly address?: string | undefined
  readonly validity?: number | undefined
}

/** One entry of `txsInput`: usually one change, but all three may be present. */
export interface TxInput {
  readonly newOwner?: string | undefined
  readonly service?: ServiceInput | undefined
  readonly delegate?: DelegateInput | undefined
}

/** The configuration of a DID wallet. Absent fields default to those of its vault. */
export interface WalletConfig {
  /** `spherity` or `ethr`, or with a network: `ethr:sepolia`. */
  readonly didMethod?: string | undefined
  /** The API host that broadcasts the changes, instead of the registry's own node. */
  readonly apiUrl?: string | undefined
  readonly txsInput?: readonly TxInput[] | undefined
}

/** Merges two configurations field by field; the first one takes precedence. */
export function mergeWalletConfig(first: WalletConfig | undefined, second: WalletConfig): WalletConfig {
  return {
    didMethod: first?.didMethod ?? second.didMethod,
    apiUrl: first?.apiUrl ?? second.apiUrl,
    txsInput: first?.txsInput ?? second.txsInput,
  }
}

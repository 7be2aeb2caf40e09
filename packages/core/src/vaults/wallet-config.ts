/** A service of a DID document; `validity` in milliseconds from when it is made. */
export interface ServiceInput {
  readonly name: string
  readonly value: string
  readonly validity?: number | undefined
}

/** A key that may sign for a DID: an address, or a public key (65 bytes, hex), or, without either, a new one of ours. */
export interface DelegateInput {
  readonly address?: string | undefined
  readonly validity?: number | undefined
}

/** One entry of `txsInput`: usually one change, but each of the three may be there. */
export interface TxInput {
  readonly newOwner?: string | undefined
  readonly service?: ServiceInput | undefined
  readonly delegate?: DelegateInput | undefined
}

/** How a DID wallet is to be configured. What is absent is taken from its vault. */
export interface WalletConfig {
  /** `spherity` or `ethr`, or with a network: `ethr:sepolia`. */
  readonly didMethod?: string | undefined
  /** The host that changes are handed in through, in place of the registry's own node. */
  readonly apiUrl?: string | undefined
  readonly txsInput?: readonly TxInput[] | undefined
}

/** One configuration over another: field by field, the first one that is there. */
export function overlaid(first: WalletConfig | undefined, second: WalletConfig): WalletConfig {
  return {
    didMethod: first?.didMethod ?? second.didMethod,
    apiUrl: first?.apiUrl ?? second.apiUrl,
    txsInput: first?.txsInput ?? second.txsInput,
  }
}

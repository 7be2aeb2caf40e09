/** What a client must know of a chain of the Bitcoin family. Rates are in minor units (satoshis) per 1000 virtual bytes. */
export interface UtxoNetwork {
  /** The hash of the first block, 64 hex digits, by which the chain is identified (CAIP-4). */
  readonly genesisHash: string
  /** The fee rate that nodes require of any transaction, and of a replacement for its relay. */
  readonly incrementalFeeRate: bigint
  /** The fee rate by which nodes decide what is dust. */
  readonly dustRelayFeeRate: bigint
  /** True if the nodes of the network replace a pending transaction by one with a higher fee (BIP-125), as by default on Bitcoin. */
  readonly allowsReplacement: boolean
}

const bitcoin = { incrementalFeeRate: 1000n, dustRelayFeeRate: 3000n, allowsReplacement: true } as const
/** Litecoin Core replaces nothing, unless it is started with `-mempoolreplacement`. */
const litecoin = { incrementalFeeRate: 1000n, dustRelayFeeRate: 30_000n, allowsReplacement: false } as const

/** The networks known by name. */
export const utxoNetworks = {
  bitcoin: { ...bitcoin, genesisHash: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f' },
  'bitcoin-testnet4': { ...bitcoin, genesisHash: '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043' },
  'bitcoin-signet': { ...bitcoin, genesisHash: '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6' },
  'bitcoin-regtest': { ...bitcoin, genesisHash: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206' },
  litecoin: { ...litecoin, genesisHash: '12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2' },
  'litecoin-regtest': { ...litecoin, genesisHash: '530827f38f93b43ed12af0b3ad25a288dc02ed74d6d7857862df51fc56c416f9' },
} as const satisfies Readonly<Record<string, UtxoNetwork>>

/** The name of a network in {@link utxoNetworks}, or the parameters of another one. */
export type UtxoNetworkOption = keyof typeof utxoNetworks | UtxoNetwork

/** Returns the CAIP-2 id of a network: `bip122:` and the first 32 digits of its first block's hash (CAIP-4). */
export function toUtxoCaip2({ genesisHash }: UtxoNetwork): string {
  return `bip122:${genesisHash.slice(0, 32)}`
}

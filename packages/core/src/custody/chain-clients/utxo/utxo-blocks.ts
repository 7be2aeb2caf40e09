import type { UtxoClient } from '../chain-client.ts'

/** A transaction of a block. */
export interface UtxoBlockTransaction {
  readonly txid: string
  /** The scripts of the outputs that it spends, in hex, as far as they are known: those of P2WPKH always are. */
  readonly spentScripts: ReadonlySet<string>
  readonly outputs: readonly {
    /** Absent for a script that has none. */
    readonly address: string | undefined
    /** In hex. */
    readonly script: string
    /** In minor units. */
    readonly amount: bigint
  }[]
}

/** A block with its transactions. */
export interface UtxoBlock {
  /** 64 hex digits. */
  readonly hash: string
  /** Absent for the first block. */
  readonly parentHash: string | undefined
  readonly transactions: readonly UtxoBlockTransaction[]
}

/** A client of a node of the Bitcoin family that also reads whole blocks. */
export interface UtxoBlockClient extends UtxoClient {
  readonly blockNumber: () => Promise<number>
  /** Fetches a block of the node's chain. Throws if there is none of this number. */
  readonly block: (number: number) => Promise<UtxoBlock>
}

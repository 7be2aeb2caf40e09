import type { UtxoBlockClient } from '@billfold/core'
import type { Network } from 'bitcoinjs-lib'

/** A node of the Bitcoin family that belongs to a test. It does not mine on its own. */
export interface UtxoNode {
  readonly name: string
  readonly secretType: 'BITCOIN' | 'LITECOIN'
  readonly network: Network
  /** The URL at which the node listens. */
  readonly url: string
  /** Creates clients of the node, by the interface that they use. */
  readonly clients: Readonly<Record<string, () => UtxoBlockClient>>
  /** Creates coins of an address, in a block. */
  readonly fund: (address: string, amounts: readonly bigint[]) => Promise<void>
  readonly mine: (blocks?: number) => Promise<void>
  /** Undoes the newest blocks; what they contained returns to the mempool. */
  readonly undoBlocks: (count: number) => Promise<void>
  /** Finds a transaction by its id: hex, and its confirmations. */
  readonly find: (txid: string) => Promise<{ readonly hex: string; readonly confirmations: number } | undefined>
  /** The sum of what an address has in blocks. */
  readonly receivedBy: (address: string) => Promise<bigint>
  /** The ids in the mempool. */
  readonly mempool: () => Promise<readonly string[]>
  /** Kills the node; its mempool is lost. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

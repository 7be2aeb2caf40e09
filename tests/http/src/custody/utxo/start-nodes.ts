import { litecoinNodes } from './litecoin-node.ts'
import { startRegtestNode } from './regtest-node.ts'
import type { UtxoNode } from './utxo-node.ts'

/** The nodes on which the suites run: Litecoin Core too, where the machine has it. */
export const utxoNodes: readonly (readonly [name: string, start: () => Promise<UtxoNode>])[] = [
  ['a regtest chain with the rules of Bitcoin', startRegtestNode],
  ...litecoinNodes.map((start) => ['Litecoin Core', start] as const),
]

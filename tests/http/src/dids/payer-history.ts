import { Interface } from 'ethers'
import registryPackage from 'ethr-did-registry'
import type { DeployedRegistry } from '../did-registries/deployed-registry.ts'

/** The transactions of a payer on the chain, and the changes they made. */
export interface PayerHistory {
  readonly transactions: number
  readonly failed: number
  /** The change and the identity of each transaction, as text. */
  readonly changes: readonly string[]
}

/** Reads the payer's transactions from the first block on. */
export async function readPayerHistory({ provider, payerAddress }: DeployedRegistry): Promise<PayerHistory> {
  const calls = new Interface(registryPackage.EthereumDIDRegistry.abi)
  const changes: string[] = []
  let failed = 0
  for (let block = 1; block <= (await provider.getBlockNumber()); block++) {
    const transactions = (await provider.getBlock(block, true))?.prefetchedTransactions ?? []
    for (const { from, data, hash } of transactions) {
      if (from.toLowerCase() !== payerAddress) continue
      if ((await provider.getTransactionReceipt(hash))?.status !== 1) failed++
      const call = calls.parseTransaction({ data })
      changes.push(`${call?.name} ${String(call?.args[0])} ${String(call?.args[4])}`)
    }
  }
  return { transactions: await provider.getTransactionCount(payerAddress), failed, changes }
}

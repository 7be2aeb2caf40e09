import type { EvmClient } from '../chain-clients/index.ts'
import { encodeFunctionData } from '../transactions/formats/evm/encode-function-data.ts'
import { safeContracts } from './safe-account.ts'

const zeroAddress = `0x${'0'.repeat(40)}`

/** Returns true if the account is deployed: an address without code answers a call with no bytes. */
export async function isDeployed(client: EvmClient, account: string): Promise<boolean> {
  const data = encodeFunctionData('getThreshold', [])
  return (await client.call({ from: zeroAddress, to: account, value: 0n, data })).length === 32
}

/**
 * Returns true if the operation with a nonce was executed, whatever its bundler says: every operation has a nonce key of its own, and
 * the entry point counts each key once.
 */
export async function isNonceUsed(client: EvmClient, account: string, nonce: bigint): Promise<boolean> {
  const data = encodeFunctionData('getNonce', [
    { type: 'address', value: account },
    { type: 'uint192', value: (nonce >> 64n).toString() },
  ])
  const result = await client.call({ from: zeroAddress, to: safeContracts.entryPoint, value: 0n, data })
  if (result.length !== 32) throw new RangeError('the chain has no entry point')
  return BigInt(`0x${Buffer.from(result).toString('hex')}`) > nonce
}

import type { EvmClient } from '../chain-clients/index.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { type DecodedValue, decodeOutput } from '../transactions/formats/evm/decode-output.ts'
import { encodeFunctionData } from '../transactions/formats/evm/encode-function-data.ts'
import type { ContractInput } from '../transactions/formats/transaction-request.ts'
import type { TokenHolding } from './token-indexer.ts'

/** The maximum length of a name that a contract gives itself, in characters. */
const maxNameLength = 128

/**
 * Reads a view function of a contract. Undefined if the contract has no such function, or returns something else.
 * @param output the type of its only result
 */
export async function readView(
  client: EvmClient,
  contract: string,
  name: string,
  output: string,
  inputs: readonly ContractInput[] = [],
): Promise<DecodedValue | undefined> {
  try {
    const from = `0x${'0'.repeat(40)}`
    const data = await client.call({ from, to: contract, value: 0n, data: encodeFunctionData(name, inputs) })
    return decodeOutput([{ type: output }], data)[0]
  } catch (error) {
    if (isBillfoldError(error, 'transaction.reverted') || isBillfoldError(error, 'input.invalid')) return undefined
    throw error
  }
}

/** Reads a name that a contract gives itself, shortened and without control characters. Undefined without one. */
export async function readName(client: EvmClient, contract: string, name: string): Promise<string | undefined> {
  const text = await readView(client, contract, name, 'string')
  return typeof text === 'string' ? text.replace(/\p{Cc}/gu, ' ').slice(0, maxNameLength) : undefined
}

/** Reads the balance of an ERC-20 token from its contract. @throws BillfoldError `token.not-found` if it is none */
export async function readTokenBalance(client: EvmClient, tokenAddress: string, owner: string): Promise<TokenHolding> {
  const balance = await readView(client, tokenAddress, 'balanceOf', 'uint256', [{ type: 'address', value: owner }])
  const decimals = await readView(client, tokenAddress, 'decimals', 'uint8')
  if (balance === undefined || decimals === undefined) throw new BillfoldError('token.not-found')
  return {
    tokenAddress,
    rawBalance: BigInt(String(balance)),
    decimals: Number(decimals),
    symbol: (await readName(client, tokenAddress, 'symbol')) ?? '',
    name: (await readName(client, tokenAddress, 'name')) ?? '',
  }
}

import type { EvmClient, EvmFees } from './chain-client.ts'

/** Fetches the recommended fees. @throws RangeError if a fee has more than 128 bits, which no transaction can hold usefully */
export async function fetchFeesInRange(client: Pick<EvmClient, 'fees'>): Promise<EvmFees> {
  const fees = await client.fees()
  for (const price of Object.values(fees)) assertBits(128, price)
  return fees
}

/** Estimates the gas of a call. @throws RangeError if the estimate has more than 64 bits (EIP-1985) */
export async function estimateGasInRange(
  client: Pick<EvmClient, 'estimateGas'>,
  call: Parameters<EvmClient['estimateGas']>[0],
): Promise<bigint> {
  const gas = await client.estimateGas(call)
  assertBits(64, gas)
  return gas
}

/** A larger number is a fault of the node, and not of the caller. */
function assertBits(bits: number, value: bigint): void {
  if (value < 0n || value >= 2n ** BigInt(bits)) throw new RangeError(`node returned a number beyond ${bits} bits`)
}

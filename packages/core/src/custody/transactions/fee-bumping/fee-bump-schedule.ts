import type { EvmFees } from '../../chain-clients/index.ts'

/**
 * Computes the fees of replacement transactions, lowest first: each doubles the previous fees, and the last one has the
 * highest fee allowed. Each exceeds the previous by at least 12.5 %, the minimum bump for a replacement (geth requires 10 %,
 * other nodes 12.5 %).
 * @param highest the maximum fee per gas in wei
 * @param max the maximum number of replacements
 */
export function computeFeeBumpSchedule(first: EvmFees, highest: bigint, max: number): readonly EvmFees[] {
  const steps: EvmFees[] = []
  for (let fees = first; steps.length < max; ) {
    const next = bump(fees, steps.length === max - 1 ? undefined : 2n, highest)
    if (!isValidBump(next, fees)) break
    steps.push(next)
    fees = next
  }
  return steps
}

/**
 * Computes the fees of a replacement: what the node recommends, and at least 12.5 % above the current ones. They are of the kind of
 * the current ones.
 */
export function computeReplacementFees(current: EvmFees, recommended: EvmFees): EvmFees {
  const raise = (fee: bigint, least: bigint): bigint => {
    const bumped = (fee * 9n + 7n) / 8n + 1n
    return bumped > least ? bumped : least
  }
  if ('gasPrice' in current) return { gasPrice: raise(current.gasPrice, toMaxFee(recommended)) }
  const maxPriorityFeePerGas = raise(current.maxPriorityFeePerGas, toPriorityFee(recommended))
  const maxFeePerGas = raise(current.maxFeePerGas, toMaxFee(recommended))
  return {
    maxFeePerGas: maxFeePerGas > maxPriorityFeePerGas ? maxFeePerGas : maxPriorityFeePerGas,
    maxPriorityFeePerGas,
  }
}

/** Returns the maximum fee per gas, in wei. */
export function toMaxFee(fees: EvmFees): bigint {
  return 'gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas
}

/** Returns the maximum priority fee per gas, in wei. */
export function toPriorityFee(fees: EvmFees): bigint {
  return 'gasPrice' in fees ? fees.gasPrice : fees.maxPriorityFeePerGas
}

/** Multiplies fees by a factor, or raises them to the maximum if there is no factor. A zero priority fee must rise, too. */
function bump(fees: EvmFees, factor: bigint | undefined, highest: bigint): EvmFees {
  const price = factor === undefined ? highest : minBigint(toMaxFee(fees) * factor, highest)
  if ('gasPrice' in fees) return { gasPrice: price }
  return { maxFeePerGas: price, maxPriorityFeePerGas: minBigint(fees.maxPriorityFeePerGas * 2n + 1n, price) }
}

function isValidBump(next: EvmFees, previous: EvmFees): boolean {
  const enough = (higher: bigint, lower: bigint): boolean => higher * 8n >= lower * 9n && higher > lower
  return enough(toMaxFee(next), toMaxFee(previous)) && enough(toPriorityFee(next), toPriorityFee(previous))
}

function minBigint(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}

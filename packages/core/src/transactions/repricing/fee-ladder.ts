import type { EvmFees } from '../../chain-clients/index.ts'

/**
 * The fees of the transactions that may take another's place, lowest first: twice the fees each time, and at last the
 * highest. Each is at least an eighth above the one before, which is what nodes ask of a replacement (geth asks for a
 * tenth, others for an eighth).
 */
export function feeLadder(first: EvmFees, highest: bigint, most: number): readonly EvmFees[] {
  const steps: EvmFees[] = []
  for (let fees = first; steps.length < most; ) {
    const next = dearer(fees, steps.length === most - 1 ? undefined : 2n, highest)
    if (!mayReplace(next, fees)) break
    steps.push(next)
    fees = next
  }
  return steps
}

/** What a unit of gas costs at most, in wei. */
export function priceOf(fees: EvmFees): bigint {
  return 'gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas
}

/** What the one who makes the block gets of it, in wei, as far as the fees allow. */
export function tipOf(fees: EvmFees): bigint {
  return 'gasPrice' in fees ? fees.gasPrice : fees.maxPriorityFeePerGas
}

/** The fees times a factor, or up to the highest without one. A tip of nothing has to rise, too. */
function dearer(fees: EvmFees, factor: bigint | undefined, highest: bigint): EvmFees {
  const price = factor === undefined ? highest : least(priceOf(fees) * factor, highest)
  if ('gasPrice' in fees) return { gasPrice: price }
  return { maxFeePerGas: price, maxPriorityFeePerGas: least(fees.maxPriorityFeePerGas * 2n + 1n, price) }
}

function mayReplace(next: EvmFees, earlier: EvmFees): boolean {
  const enough = (higher: bigint, lower: bigint): boolean => higher * 8n >= lower * 9n && higher > lower
  return enough(priceOf(next), priceOf(earlier)) && enough(tipOf(next), tipOf(earlier))
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}

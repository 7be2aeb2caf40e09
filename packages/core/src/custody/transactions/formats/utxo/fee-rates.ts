import { Transaction } from '@scure/btc-signer'
import type { SelectableCoin } from './select-coins.ts'
import { parseOutputs } from './sign-utxo.ts'

/**
 * Computes the fee rates of replacements, lowest first: each doubles the previous one, and the last one is the highest rate allowed.
 * @param max the maximum number of replacements
 */
export function computeFeeRateSchedule(first: bigint, highest: bigint, max: number): readonly bigint[] {
  const rates: bigint[] = []
  for (let rate = first; rates.length < max && rate < highest; ) {
    const doubled = rate * 2n
    rate = rates.length === max - 1 || doubled > highest ? highest : doubled
    rates.push(rate)
  }
  return rates
}

/** Computes what a serialized transaction pays: its fee, and the rate per 1000 virtual bytes. */
export function computeFeeOf(
  raw: Uint8Array,
  spent: readonly Pick<SelectableCoin, 'amount'>[],
): { readonly fee: bigint; readonly feeRate: bigint } {
  const paid = parseOutputs(raw).reduce((sum, { amount }) => sum + amount, 0n)
  const fee = spent.reduce((sum, { amount }) => sum + amount, 0n) - paid
  const virtualSize = Transaction.fromRaw(raw, { allowUnknownOutputs: true }).vsize
  return { fee, feeRate: (fee * 1000n) / BigInt(virtualSize) }
}

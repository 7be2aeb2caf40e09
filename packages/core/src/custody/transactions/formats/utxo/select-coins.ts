import { BillfoldError } from '../../../../kernel/errors.ts'
import { computeFee, computeVirtualSize, maxInputs } from './transaction-size.ts'

/** An amount that a script can spend. */
export interface TransactionOutput {
  readonly script: Uint8Array
  readonly amount: bigint
}

/** A coin that can be selected. */
export interface SelectableCoin {
  readonly txid: string
  readonly vout: number
  readonly amount: bigint
  /** True if it is the change of a pending transaction of the same account. */
  readonly isPending?: boolean
}

/** What coins are selected for. */
export interface CoinTarget {
  /** What is paid, without the change. */
  readonly outputs: readonly TransactionOutput[]
  readonly changeScript: Uint8Array
  /** The smallest change: less is left to the fee. */
  readonly dustLimit: bigint
  /** In minor units per 1000 virtual bytes. */
  readonly feeRate: bigint
  /** What the fee must exceed besides its rate: a replacement pays for the relay of what it replaces (BIP-125 rules 3 and 4). */
  readonly replaced?: { readonly fee: bigint; readonly incrementalFeeRate: bigint }
}

/** Selected coins and the outputs, with the change if there is any. */
export interface CoinSelection {
  readonly coins: readonly SelectableCoin[]
  readonly outputs: readonly TransactionOutput[]
  readonly fee: bigint
}

/**
 * Selects coins: the required ones, and then the smallest one that suffices, or else the largest ones until they suffice.
 * @param required coins that must be spent, such as those of a replaced transaction
 * @throws BillfoldError `transaction.insufficient-funds`
 */
export function selectCoins(
  target: CoinTarget,
  required: readonly SelectableCoin[],
  candidates: readonly SelectableCoin[],
): CoinSelection {
  const direct = required.length > 0 ? complete(target, required) : undefined
  if (direct !== undefined) return direct
  const ascending = candidates.toSorted((one, other) =>
    one.amount < other.amount ? -1 : one.amount > other.amount ? 1 : 0,
  )
  for (const coin of ascending) {
    const selection = complete(target, [...required, coin])
    if (selection !== undefined) return selection
  }
  const coins = [...required]
  for (const coin of ascending.toReversed().slice(0, maxInputs - required.length)) {
    coins.push(coin)
    const selection = complete(target, coins)
    if (selection !== undefined) return selection
  }
  if (candidates.length > maxInputs - required.length)
    throw new BillfoldError('transaction.insufficient-funds', { message: tooManyCoins })
  throw new BillfoldError('transaction.insufficient-funds')
}

const tooManyCoins = `Insufficient funds in the ${maxInputs} largest coins of the wallet, which is the maximum per transaction`

/** Completes a transaction that spends exactly these coins; undefined if they do not suffice. */
function complete(target: CoinTarget, coins: readonly SelectableCoin[]): CoinSelection | undefined {
  const total = coins.reduce((sum, { amount }) => sum + amount, 0n)
  const paid = target.outputs.reduce((sum, { amount }) => sum + amount, 0n)
  const scripts = target.outputs.map(({ script }) => script)
  const change = total - paid - leastFee(target, coins.length, [...scripts, target.changeScript])
  if (change >= target.dustLimit) {
    const outputs = [...target.outputs, { script: target.changeScript, amount: change }]
    return { coins, outputs, fee: total - paid - change }
  }
  // A transaction has at least one output.
  if (scripts.length === 0 || total - paid < leastFee(target, coins.length, scripts)) return undefined
  return { coins, outputs: target.outputs, fee: total - paid }
}

function leastFee({ feeRate, replaced }: CoinTarget, inputs: number, scripts: readonly Uint8Array[]): bigint {
  const size = computeVirtualSize(inputs, scripts)
  const fee = computeFee(size, feeRate)
  if (replaced === undefined) return fee
  const least = replaced.fee + computeFee(size, replaced.incrementalFeeRate)
  return fee > least ? fee : least
}

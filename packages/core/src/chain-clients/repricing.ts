/**
 * How far transactions that wait because their fee has become too low are replaced, by `maintain()`, with the same
 * transaction at a higher fee. Only those whose sender has named a `highestFeePerGas`: the replacements are signed with the
 * transaction, since nobody but its sender can sign later.
 */
export interface Repricing {
  /** How long one waits before it is replaced, in seconds: 180. */
  readonly afterSeconds?: number
  /** How often one is replaced at most, 0 to 8: 3. */
  readonly most?: number
  /** The highest fee for a unit of gas that a sender may name, in wei, by secretType. */
  readonly highestFeePerGas?: Readonly<Record<string, bigint>>
}

/** The rules with nothing left open. */
export type RepricingRules = Required<Repricing>

/** @throws RangeError for rules that cannot be */
export function repricingRules(repricing: Repricing = {}): RepricingRules {
  const { afterSeconds = 180, most = 3, highestFeePerGas = {} } = repricing
  if (!Number.isInteger(most) || most < 0 || most > 8) throw new RangeError('a transaction is replaced 0 to 8 times')
  if (!Number.isFinite(afterSeconds) || afterSeconds < 0) throw new RangeError('afterSeconds is a number of seconds')
  return { afterSeconds, most, highestFeePerGas }
}

/**
 * Rules of fee bumping (replace-by-fee): `maintain()` replaces pending transactions whose fee has become too low with the same
 * transaction at a higher fee. Applies only to transactions sent with `maxReplacementFeePerGas`. The replacements are signed
 * together with the transaction, because the wallet key is not available later.
 */
export interface FeeBumping {
  /** How long a transaction is pending before its fee is bumped, in seconds. Default: 180. */
  readonly afterSeconds?: number
  /** The maximum number of bumps per transaction, 0 to 8. Default: 3. */
  readonly maxBumps?: number
  /** The limit on a sender's `maxReplacementFeePerGas`, in wei, by `secretType`. No limit by default. */
  readonly maxReplacementFeePerGas?: Readonly<Record<string, bigint>>
}

/** Fee bumping rules with defaults applied. */
export type FeeBumpingRules = Required<FeeBumping>

/** Applies defaults to the option `custody.feeBumping`. @throws RangeError if a value is out of range */
export function resolveFeeBumping(options: FeeBumping = {}): FeeBumpingRules {
  const { afterSeconds = 180, maxBumps = 3, maxReplacementFeePerGas = {} } = options
  if (!Number.isInteger(maxBumps) || maxBumps < 0 || maxBumps > 8)
    throw new RangeError(`custody.feeBumping.maxBumps must be an integer from 0 to 8, got ${maxBumps}`)
  if (!Number.isFinite(afterSeconds) || afterSeconds < 0)
    throw new RangeError(`custody.feeBumping.afterSeconds must be a number of seconds, at least 0, got ${afterSeconds}`)
  return { afterSeconds, maxBumps, maxReplacementFeePerGas }
}

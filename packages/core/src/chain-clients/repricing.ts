/**
 * Rules of fee bumping (replace-by-fee): `maintain()` replaces pending transactions whose fee has become too low with the same
 * transaction at a higher fee. Applies only to transactions sent with `maxReplacementFeePerGas`. The replacements are signed
 * together with the transaction, because the wallet key is not available later.
 */
export interface Repricing {
  /** How long a transaction is pending before its fee is bumped, in seconds. Default: 180. */
  readonly afterSeconds?: number
  /** The maximum number of bumps per transaction, 0 to 8. Default: 3. */
  readonly most?: number
  /** The limit on a sender's `maxReplacementFeePerGas`, in wei, by `secretType`. No limit by default. */
  readonly highestFeePerGas?: Readonly<Record<string, bigint>>
}

/** Fee bumping rules with defaults applied. */
export type RepricingRules = Required<Repricing>

/** Applies defaults to the option `custody.feeBumping`. @throws RangeError if a value is out of range */
export function repricingRules(options: Repricing = {}): RepricingRules {
  const { afterSeconds = 180, most = 3, highestFeePerGas = {} } = options
  if (!Number.isInteger(most) || most < 0 || most > 8)
    throw new RangeError(`custody.feeBumping.maxBumps must be an integer from 0 to 8, got ${most}`)
  if (!Number.isFinite(afterSeconds) || afterSeconds < 0)
    throw new RangeError(`custody.feeBumping.afterSeconds must be a number of seconds, at least 0, got ${afterSeconds}`)
  return { afterSeconds, most, highestFeePerGas }
}

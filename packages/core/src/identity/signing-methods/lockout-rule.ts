/** Temporary lockout of a signing method after consecutive failed attempts. Repeats after the same number of failures. */
export interface LockoutRule {
  /** Consecutive failed attempts before a lockout, 1 to 9. Ten failed attempts lock a method until it is replaced. */
  readonly maxFailures: number
  /** Duration of a lockout in seconds. */
  readonly durationSeconds: number
}

/** Validates a lockout rule. @throws RangeError if a value is out of range */
export function assertLockoutRule({ maxFailures, durationSeconds }: LockoutRule): void {
  if (
    !Number.isInteger(maxFailures) ||
    maxFailures < 1 ||
    maxFailures > 9 ||
    !Number.isInteger(durationSeconds) ||
    durationSeconds < 1
  )
    throw new RangeError(
      `lockout: maxFailures must be an integer from 1 to 9 (got ${maxFailures}), durationSeconds an integer of at least 1 (got ${durationSeconds})`,
    )
}

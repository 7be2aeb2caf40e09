/** Temporary lockout of a signing method after consecutive failed attempts. Repeats after the same number of failures. */
export interface TemporaryLock {
  /** Consecutive failed attempts before a lockout, 1 to 9. Ten failed attempts lock a method until it is replaced. */
  readonly wrongInARow: number
  /** Duration of a lockout in seconds. */
  readonly seconds: number
}

/** Validates a lockout rule. @throws RangeError if a value is out of range */
export function assertTemporaryLock({ wrongInARow, seconds }: TemporaryLock): void {
  if (!Number.isInteger(wrongInARow) || wrongInARow < 1 || wrongInARow > 9 || !Number.isInteger(seconds) || seconds < 1)
    throw new RangeError(
      `lockout: maxFailures must be an integer from 1 to 9 (got ${wrongInARow}), durationSeconds an integer of at least 1 (got ${seconds})`,
    )
}

/** A signing method rests for a while after so many wrong values in a row, and again after so many more. */
export interface TemporaryLock {
  /** 1 to 9, since ten wrong values lock a method until it is replaced. */
  readonly wrongInARow: number
  readonly seconds: number
}

/** @throws RangeError when it is not one */
export function assertTemporaryLock({ wrongInARow, seconds }: TemporaryLock): void {
  if (!Number.isInteger(wrongInARow) || wrongInARow < 1 || wrongInARow > 9 || !Number.isInteger(seconds) || seconds < 1)
    throw new RangeError('a temporary lock comes after 1 to 9 wrong values in a row, and lasts whole seconds')
}

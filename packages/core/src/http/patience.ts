/** A deadline for receiving a request body. */
export interface Patience {
  /** Extends the deadline by the bytes received. */
  readonly came: (bytes: number) => void
  /** Resumes the clock. */
  readonly wait: () => void
  /** Stops the clock. */
  readonly rest: () => void
}

/** Minimum average data rate: 32 KB per second. */
const bytesPerMillisecond = 32

/**
 * Creates a running deadline with a minimum data rate: the budget grows with every byte received, so that slow uploads finish
 * and slowloris clients are cut off.
 *
 * @param milliseconds the initial budget
 * @param onExpired called when the budget is used up
 */
export function patience(milliseconds: number, onExpired: () => void): Patience {
  let left = milliseconds
  let since = 0
  let timer: NodeJS.Timeout | undefined

  const rest = (): void => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    left -= performance.now() - since
  }
  const wait = (): void => {
    if (timer !== undefined) return
    since = performance.now()
    timer = setTimeout(check, Math.max(1, left))
  }
  function check(): void {
    rest()
    // The budget may have grown since the timer was set.
    if (left <= 0) onExpired()
    else wait()
  }
  wait()
  return {
    came: (bytes) => {
      left += bytes / bytesPerMillisecond
    },
    wait,
    rest,
  }
}

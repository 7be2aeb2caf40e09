/** A deadline for receiving a request body. */
export interface BodyDeadline {
  /** Extends the deadline by the bytes received. */
  readonly onBytes: (bytes: number) => void
  /** Resumes the clock. */
  readonly resume: () => void
  /** Stops the clock. */
  readonly pause: () => void
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
export function createBodyDeadline(milliseconds: number, onExpired: () => void): BodyDeadline {
  let left = milliseconds
  let since = 0
  let timer: NodeJS.Timeout | undefined

  const pause = (): void => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    left -= performance.now() - since
  }
  const resume = (): void => {
    if (timer !== undefined) return
    since = performance.now()
    timer = setTimeout(check, Math.max(1, left))
  }
  function check(): void {
    pause()
    // The budget may have grown since the timer was set.
    if (left <= 0) onExpired()
    else resume()
  }
  resume()
  return {
    onBytes: (bytes) => {
      left += bytes / bytesPerMillisecond
    },
    resume,
    pause,
  }
}

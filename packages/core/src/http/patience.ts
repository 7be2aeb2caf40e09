/** How long a client is waited for. */
export interface Patience {
  /** So many bytes have come. */
  readonly came: (bytes: number) => void
  /** Waits for the client from now on. */
  readonly wait: () => void
  /** Waits for somebody else, or for nobody any more. */
  readonly rest: () => void
}

/** What a client must send in a millisecond, over all, to be waited for: 32 bytes, or 32 KB a second. */
const bytesPerMillisecond = 32

/**
 * Waits for a client that sends a long body: so many milliseconds, and more for all that has come. So a slow client is
 * waited for, and one that sends a byte now and then is not. Waiting begins at once.
 */
export function patience(milliseconds: number, lose: () => void): Patience {
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
    timer = setTimeout(lookAgain, Math.max(1, left))
  }
  function lookAgain(): void {
    rest()
    // More may have come since the timer was set.
    if (left <= 0) lose()
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

/** Bounds of an exponential backoff, in milliseconds. */
export interface BackoffOptions {
  readonly initialMs: number
  readonly maxMs: number
}

/**
 * Computes an exponential backoff delay in milliseconds: doubles with each attempt up to the maximum, with a jitter of
 * 20 % so that concurrent failures are not retried together.
 *
 * @param attempts - the number of failed attempts, at least 1
 */
export function backoffDelay(
  attempts: number,
  { initialMs, maxMs }: BackoffOptions,
  random: () => number = Math.random,
): number {
  const delay = Math.min(initialMs * 2 ** Math.min(attempts - 1, 30), maxMs)
  return Math.round(delay * (0.8 + 0.4 * random()))
}

/** Runs a task with a timeout. Aborts its signal and rejects with a `TimeoutError` when the time is over. */
export async function withTimeout<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = new DOMException('The operation timed out', 'TimeoutError')
      controller.abort(reason)
      reject(reason)
    }, milliseconds)
  })
  try {
    return await Promise.race([work(controller.signal), timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** Processes a list with limited concurrency. */
export async function forEachConcurrent<T>(
  list: readonly T[],
  concurrency: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const remaining = list[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const one of remaining) await work(one)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, list.length) }, worker))
}

/** Rotates a list by a random offset, so that concurrent processes start with different items. */
export function rotateRandomly<T>(list: readonly T[]): readonly T[] {
  const offset = Math.floor(Math.random() * list.length)
  return [...list.slice(offset), ...list.slice(0, offset)]
}

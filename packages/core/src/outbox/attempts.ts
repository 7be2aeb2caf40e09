/** How long to wait between attempts, in milliseconds. */
export interface Pauses {
  readonly first: number
  readonly longest: number
}

/**
 * Milliseconds to wait after so many failures: twice as long each time, up to the longest, give or take a fifth, so that what
 * failed together does not come back together.
 */
export function pauseAfter(attempts: number, { first, longest }: Pauses, random: () => number = Math.random): number {
  const pause = Math.min(first * 2 ** Math.min(attempts - 1, 30), longest)
  return Math.round(pause * (0.8 + 0.4 * random()))
}

/** Does something that may never answer: ends it, and rejects, when its time is over. */
export async function withinTime<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = new DOMException('There was no answer in time', 'TimeoutError')
      controller.abort(reason)
      reject(reason)
    }, milliseconds)
  })
  try {
    return await Promise.race([work(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Works through a list, so many at once. */
export async function inParallel<T>(
  list: readonly T[],
  atOnce: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const waiting = list[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const one of waiting) await work(one)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, list.length) }, worker))
}

/** The same list, begun somewhere else: processes that look at the same moment do not all begin with the same. */
export function rotated<T>(list: readonly T[]): readonly T[] {
  const from = Math.floor(Math.random() * list.length)
  return [...list.slice(from), ...list.slice(0, from)]
}

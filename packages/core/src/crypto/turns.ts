import { BillfoldError } from '../errors.ts'

/** How many jobs may run and wait. */
export interface TurnLimits {
  /** How many jobs run at once. */
  readonly concurrency: number
  /** How many wait beyond those that run. */
  readonly queue: number
  /** How many of one source run or wait. */
  readonly perSource: number
}

/** Runs a job when its turn comes. */
export type TakeTurn = <T>(source: string | undefined, job: () => Promise<T>) => Promise<T>

/** Roughly how long a turn takes, to tell a caller when to come back. */
const secondsPerTurn = 0.25

/**
 * A queue that runs jobs in the order they came, a few at once. A job past the end of the queue, or past what its source
 * may have in it, is refused at once; without a source it counts for none.
 *
 * A job must not take another turn inside its own: when every running job waits for one, none ever ends.
 * @throws RangeError for limits under which no job would ever run; BillfoldError `server.busy`, from the function it gives
 */
export function boundedTurns({ concurrency, queue, perSource }: TurnLimits): TakeTurn {
  if (!(concurrency >= 1 && queue >= 0 && perSource >= 1)) throw new RangeError('No job would ever run')
  const counts = new Map<string, number>()
  const waiting: (() => void)[] = []
  let running = 0

  const count = (source: string | undefined, change: 1 | -1): void => {
    if (source === undefined) return
    const left = (counts.get(source) ?? 0) + change
    if (left === 0) counts.delete(source)
    else counts.set(source, left)
  }

  /** Hands the slot to the next in the queue, so that nobody who comes later gets in before. */
  const release = (): void => {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }

  return async (source, job) => {
    const full = running >= concurrency && waiting.length >= queue
    if (full || (source !== undefined && (counts.get(source) ?? 0) >= perSource)) {
      const retryAfterSeconds = Math.ceil(((waiting.length + 1) * secondsPerTurn) / concurrency)
      throw new BillfoldError('server.busy', { retryAfterSeconds })
    }
    count(source, 1)
    try {
      if (running < concurrency) running++
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await job()
      } finally {
        release()
      }
    } finally {
      count(source, -1)
    }
  }
}

/** Runs the jobs of one key one after the other, and those of different keys side by side. */
export type TurnsByKey = <T>(key: string, job: () => Promise<T>) => Promise<T>

/**
 * Turns by key: of each key at most `queue` jobs wait. What shares a row takes turns in a process, so that only processes clash.
 * @throws BillfoldError `server.busy`, from the function it gives
 */
export function turnsByKey(queue: number): TurnsByKey {
  const keys = new Map<string, { readonly take: TakeTurn; users: number }>()
  return async (key, job) => {
    const turns = keys.get(key) ?? { take: boundedTurns({ concurrency: 1, queue, perSource: queue }), users: 0 }
    keys.set(key, turns)
    turns.users++
    try {
      return await turns.take(undefined, job)
    } finally {
      if (--turns.users === 0) keys.delete(key)
    }
  }
}

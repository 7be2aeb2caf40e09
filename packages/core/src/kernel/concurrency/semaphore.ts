import { BillfoldError } from '../errors.ts'

/** Limits of a {@link Semaphore}. */
export interface SemaphoreLimits {
  /** Maximum number of jobs that run concurrently. */
  readonly concurrency: number
  /** Maximum number of jobs that wait for a slot. */
  readonly queue: number
  /** Maximum number of jobs of one source, running and waiting. */
  readonly perSource: number
}

/** A counting semaphore: runs a job as soon as a slot is free. Jobs without a source count against no source. */
export type Semaphore = <T>(source: string | undefined, job: () => Promise<T>) => Promise<T>

/** Estimated duration of a job, for `retryAfterSeconds`. */
const secondsPerJob = 0.25

/**
 * Creates a counting semaphore with a bounded first-in, first-out queue. A job is rejected immediately if the queue is full or
 * its source is at its limit.
 *
 * The semaphore is not reentrant: a job that waits for a second slot can deadlock.
 * @throws RangeError for limits under which no job could run
 * @throws BillfoldError `server.busy`, from the semaphore, with `retryAfterSeconds`
 */
export function createSemaphore({ concurrency, queue, perSource }: SemaphoreLimits): Semaphore {
  if (!(concurrency >= 1 && queue >= 0 && perSource >= 1))
    throw new RangeError(`Invalid semaphore limits: concurrency ${concurrency}, queue ${queue}, perSource ${perSource}`)
  const counts = new Map<string, number>()
  const waiting: (() => void)[] = []
  let running = 0

  const count = (source: string | undefined, change: 1 | -1): void => {
    if (source === undefined) return
    const left = (counts.get(source) ?? 0) + change
    if (left === 0) counts.delete(source)
    else counts.set(source, left)
  }

  /** Passes the slot to the next waiting job, so that a later job cannot overtake it. */
  const release = (): void => {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }

  return async (source, job) => {
    const full = running >= concurrency && waiting.length >= queue
    if (full || (source !== undefined && (counts.get(source) ?? 0) >= perSource)) {
      const retryAfterSeconds = Math.ceil(((waiting.length + 1) * secondsPerJob) / concurrency)
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

/** A mutex per key: jobs of the same key run one at a time, jobs of different keys run concurrently. */
export type KeyedMutex = <T>(key: string, job: () => Promise<T>) => Promise<T>

/**
 * Creates a mutex per key. Jobs that write the same row use it to avoid conflicts within a process; conflicts between processes
 * are left to optimistic retries.
 *
 * @param queue maximum number of waiting jobs per key
 * @throws BillfoldError `server.busy`, from the mutex, if the queue of the key is full
 */
export function keyedMutex(queue: number): KeyedMutex {
  const entries = new Map<string, { readonly run: Semaphore; users: number }>()
  return async (key, job) => {
    const entry = entries.get(key) ?? { run: createSemaphore({ concurrency: 1, queue, perSource: queue }), users: 0 }
    entries.set(key, entry)
    entry.users++
    try {
      return await entry.run(undefined, job)
    } finally {
      if (--entry.users === 0) entries.delete(key)
    }
  }
}

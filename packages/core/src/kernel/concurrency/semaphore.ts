import { BillfoldError } from '../errors.ts'
import { FairQueue, type Requester } from './fair-queue.ts'

export type { Requester } from './fair-queue.ts'

/** Limits of a {@link Semaphore}. */
export interface SemaphoreLimits {
  /** Maximum number of jobs that run concurrently. */
  readonly concurrency: number
  /** Maximum number of jobs that wait for a slot: so many of authenticated callers, and so many anonymous ones. */
  readonly queue: number
  /** Maximum number of jobs of one source, running and waiting. */
  readonly perSource: number
  /** Maximum number of anonymous jobs of one source, running and waiting. Default: `perSource`. */
  readonly perAnonymousSource?: number
  /** A job is rejected if it would probably wait for longer, by the duration of the latest jobs. Default: no limit. */
  readonly maxWaitSeconds?: number
}

/** A counting semaphore: runs a job as soon as a slot is free. Jobs without a source count against no source. */
export type Semaphore = <T>(requester: Requester, job: () => Promise<T>) => Promise<T>

/** Assumed duration of a job, until some have been measured. */
const initialSecondsPerJob = 0.25

/** Weight of the latest job in the average duration. */
const weight = 0.1

/**
 * Creates a counting semaphore with a bounded, fair queue, see {@link FairQueue}: authenticated callers first, and the sources
 * take turns. A job is rejected immediately if the queue is full, its source is at its limit, or it would wait for too long.
 *
 * The semaphore is not reentrant: a job that waits for a second slot can deadlock.
 * @param clock milliseconds, for the duration of jobs
 * @throws RangeError for limits under which no job could run
 * @throws BillfoldError `server.busy`, from the semaphore, with `retryAfterSeconds`
 */
export function createSemaphore(limits: SemaphoreLimits, clock: () => number = () => performance.now()): Semaphore {
  const { concurrency, queue, perSource, perAnonymousSource = perSource, maxWaitSeconds = Infinity } = limits
  if (!(concurrency >= 1 && queue >= 0 && perSource >= 1 && perAnonymousSource >= 1 && maxWaitSeconds > 0))
    throw new RangeError(
      `Invalid semaphore limits: ${Object.entries(limits)
        .map((entry) => entry.join(' '))
        .join(', ')}`,
    )
  const counts = new Map<string, number>()
  const waiting = new FairQueue(queue)
  let running = 0
  let secondsPerJob = initialSecondsPerJob

  const count = ({ source, isAnonymous }: Requester, change: 0 | 1 | -1): number => {
    if (source === undefined) return 0
    const key = `${isAnonymous === true ? 'anonymous' : 'authenticated'} ${source}`
    const left = (counts.get(key) ?? 0) + change
    if (left === 0) counts.delete(key)
    else counts.set(key, left)
    return left
  }

  /** Passes the slot to the next waiting job, so that a later job cannot overtake it. */
  const release = (): void => {
    const next = waiting.shift()
    if (next === undefined) running--
    else next.start()
  }

  const predictWait = (requester: Requester): number =>
    ((waiting.countAhead(requester) + 1) * secondsPerJob) / concurrency

  const waitForSlot = (requester: Requester): Promise<void> =>
    new Promise((resolve, reject) => {
      const predicted = predictWait(requester)
      const job = { start: resolve, reject: (seconds: number) => reject(busy(seconds)) }
      if (predicted > maxWaitSeconds || !waiting.push(requester, job, predicted)) job.reject(predicted)
    })

  return async (requester, job) => {
    const limit = requester.isAnonymous === true ? perAnonymousSource : perSource
    if (count(requester, 0) >= limit) throw busy(predictWait(requester))
    count(requester, 1)
    try {
      if (running < concurrency) running++
      else await waitForSlot(requester)
      const startedAt = clock()
      try {
        return await job()
      } finally {
        secondsPerJob += weight * ((clock() - startedAt) / 1000 - secondsPerJob)
        release()
      }
    } finally {
      count(requester, -1)
    }
  }
}

function busy(seconds: number): BillfoldError {
  return new BillfoldError('server.busy', { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) })
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
      return await entry.run({}, job)
    } finally {
      if (--entry.users === 0) entries.delete(key)
    }
  }
}

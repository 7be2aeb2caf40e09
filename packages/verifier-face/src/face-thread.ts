import { Worker } from 'node:worker_threads'
import { BillfoldError } from '@billfold/core'
import type { Answer, Job, Request, Response } from './messages.ts'

/** What a thread may use up. */
export interface ThreadLimits {
  /** How many jobs wait; one more is refused with `server.busy`. */
  readonly queue: number
  /** Milliseconds that one job may take, loading the models included, before its thread is taken for hung. */
  readonly jobTime: number
  /** `javascript` leaves sharp alone, also where it is installed. */
  readonly decoder: 'best' | 'javascript'
}

/** A worker thread that does one job at a time, started for the first one, and started again when it dies. */
export interface FaceThread {
  /**
   * Does a job, after those that wait. A thread that dies or hangs costs one retry in a new one.
   * @throws BillfoldError `server.busy` when too many wait; Error when the job fails, or its thread dies twice; the signal's reason when it is aborted
   */
  readonly run: (job: Job, signal: AbortSignal) => Promise<Answer>
  /** The worker's thread id, while there is one: for tests that kill it. */
  readonly worker: () => Worker | undefined
  /** Ends the thread and refuses what waits. */
  readonly close: () => Promise<void>
}

interface Pending {
  readonly job: Job
  readonly signal: AbortSignal
  readonly resolve: (answer: Answer) => void
  readonly reject: (reason: unknown) => void
  deaths: number
}

/** A folder that the bundle of the worker lies in, from the sources as from the build. */
const workerFile = new URL('../dist/engine/worker.mjs', import.meta.url)

/** How much memory the JavaScript of the worker may use, in MiB; WebAssembly comes on top. */
const heapMegabytes = 256

function startWorker(
  decoder: ThreadLimits['decoder'],
  answered: (response: Response) => void,
  died: (worker: Worker, cause: unknown) => void,
): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: heapMegabytes }
  const worker = new Worker(workerFile, { workerData: decoder, resourceLimits, stdout: true, stderr: true })
  worker.on('message', answered)
  worker.on('error', (cause: unknown) => died(worker, cause))
  worker.on('exit', (code) => died(worker, code))
  return worker
}

/** Whether a job that lost its thread may have another. */
function mayTryAgain(pending: Pending): boolean {
  pending.deaths++
  return pending.deaths < 2
}

/** Starts nothing until the first job comes. */
export function faceThread({ queue, jobTime, decoder }: ThreadLimits): FaceThread {
  const waiting: Pending[] = []
  let worker: Worker | undefined
  let current: { readonly id: number; readonly pending: Pending; readonly timer: NodeJS.Timeout } | undefined
  let lastId = 0
  let closed = false

  /** Ends the job that runs, if it is this one, and begins the next. */
  const finish = (response: Response): void => {
    if (current?.id !== response.id) return
    const { pending, timer } = current
    clearTimeout(timer)
    current = undefined
    if ('answer' in response) pending.resolve(response.answer)
    else pending.reject(new Error(response.failure))
    next()
  }

  /** The job that a dead thread had is done again by a new one; one that kills its second thread too is given up. */
  const die = (dead: Worker, cause: unknown): void => {
    if (worker !== dead) return
    worker = undefined
    const interrupted = current
    current = undefined
    if (interrupted !== undefined) {
      clearTimeout(interrupted.timer)
      if (!closed && mayTryAgain(interrupted.pending)) waiting.unshift(interrupted.pending)
      else interrupted.pending.reject(new Error('The thread that looks at faces has died', { cause }))
    }
    next()
  }

  const next = (): void => {
    if (current !== undefined) return
    const pending = waiting.shift()
    if (pending === undefined) return worker?.unref()
    if (pending.signal.aborted) {
      pending.reject(pending.signal.reason)
      return next()
    }
    worker ??= startWorker(decoder, finish, die)
    worker.ref()
    const hung = worker
    const id = ++lastId
    current = { id, pending, timer: setTimeout(() => void hung.terminate(), jobTime) }
    const request: Request = { id, job: pending.job }
    worker.postMessage(request)
  }

  return {
    run: (job, signal) =>
      new Promise<Answer>((resolve, reject) => {
        if (closed) return reject(new Error('The verifier is closed'))
        if (waiting.length >= queue) return reject(new BillfoldError('server.busy', { retryAfterSeconds: 1 }))
        waiting.push({ job, signal, resolve, reject, deaths: 0 })
        next()
      }),
    worker: () => worker,
    close: async () => {
      closed = true
      for (const { reject } of waiting.splice(0)) reject(new Error('The verifier is closed'))
      await worker?.terminate()
    },
  }
}

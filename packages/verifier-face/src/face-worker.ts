import { Worker } from 'node:worker_threads'
import { BillfoldError } from '@billfold/core'
import type { WorkerResult, WorkerJob, WorkerRequest, WorkerResponse } from './messages.ts'

/** Options of the worker. */
export interface FaceWorkerOptions {
  /** Maximum number of waiting jobs; further ones fail with `server.busy`. */
  readonly queue: number
  /** Timeout of one job in milliseconds, including loading the models. The thread is terminated afterwards. */
  readonly jobTimeoutMs: number
  /** `best` uses sharp if it is installed; `javascript` never does. */
  readonly decoder: 'best' | 'javascript'
}

/** A worker thread that runs one job at a time. It starts with the first job and restarts after it dies. */
export interface FaceWorker {
  /**
   * Queues a job. If the thread dies or hangs, the job is retried once in a new thread.
   * @throws BillfoldError `server.busy` if the queue is full; Error if the job fails or its thread dies twice; the signal's
   *   reason if it is aborted before the job starts
   */
  readonly run: (job: WorkerJob, signal: AbortSignal) => Promise<WorkerResult>
  /** The current worker, if it is running; for tests that terminate it. */
  readonly worker: () => Worker | undefined
  /** Terminates the thread and rejects waiting jobs. */
  readonly close: () => Promise<void>
}

interface Pending {
  readonly job: WorkerJob
  readonly signal: AbortSignal
  readonly resolve: (answer: WorkerResult) => void
  readonly reject: (reason: unknown) => void
  deaths: number
}

/** The bundled worker. The relative path is valid from `src` and from `dist`. */
const workerFile = new URL('../dist/engine/worker.mjs', import.meta.url)

/** Heap limit of the worker in MiB, without the memory of WebAssembly. */
const heapMegabytes = 256

function startWorker(
  decoder: FaceWorkerOptions['decoder'],
  onResponse: (response: WorkerResponse) => void,
  onDeath: (worker: Worker, cause: unknown) => void,
): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: heapMegabytes }
  const worker = new Worker(workerFile, { workerData: decoder, resourceLimits, stdout: true, stderr: true })
  worker.on('message', onResponse)
  worker.on('error', (cause: unknown) => onDeath(worker, cause))
  worker.on('exit', (code) => onDeath(worker, code))
  return worker
}

/** Counts a death of the job's thread; returns true if the job may be retried. */
function canRetry(pending: Pending): boolean {
  pending.deaths++
  return pending.deaths < 2
}

/** Creates a worker. The thread starts with the first job. */
export function createFaceWorker({ queue, jobTimeoutMs, decoder }: FaceWorkerOptions): FaceWorker {
  const waiting: Pending[] = []
  let worker: Worker | undefined
  let current: { readonly id: number; readonly pending: Pending; readonly timer: NodeJS.Timeout } | undefined
  let lastId = 0
  let closed = false

  /** Settles the running job and starts the next one. Ignores responses to earlier jobs. */
  const finish = (response: WorkerResponse): void => {
    if (current?.id !== response.id) return
    const { pending, timer } = current
    clearTimeout(timer)
    current = undefined
    if ('result' in response) pending.resolve(response.result)
    else pending.reject(new Error(response.error))
    next()
  }

  /** Requeues the job of a dead thread, or rejects it after the second death. */
  const handleDeath = (dead: Worker, cause: unknown): void => {
    if (worker !== dead) return
    worker = undefined
    const interrupted = current
    current = undefined
    if (interrupted !== undefined) {
      clearTimeout(interrupted.timer)
      if (!closed && canRetry(interrupted.pending)) waiting.unshift(interrupted.pending)
      else interrupted.pending.reject(new Error('The face recognition worker has died', { cause }))
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
    worker ??= startWorker(decoder, finish, handleDeath)
    worker.ref()
    const running = worker
    const id = ++lastId
    current = { id, pending, timer: setTimeout(() => void running.terminate(), jobTimeoutMs) }
    const request: WorkerRequest = { id, job: pending.job }
    worker.postMessage(request)
  }

  return {
    run: (job, signal) =>
      new Promise<WorkerResult>((resolve, reject) => {
        if (closed) return reject(new Error('The face verifier is closed'))
        if (waiting.length >= queue) return reject(new BillfoldError('server.busy', { retryAfterSeconds: 1 }))
        waiting.push({ job, signal, resolve, reject, deaths: 0 })
        next()
      }),
    worker: () => worker,
    close: async () => {
      closed = true
      for (const { reject } of waiting.splice(0)) reject(new Error('The face verifier is closed'))
      await worker?.terminate()
    },
  }
}

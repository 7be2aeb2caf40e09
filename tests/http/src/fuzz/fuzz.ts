import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { FuzzTarget } from './requests.ts'
import { isFault, sendRange } from './send-numbered.ts'

/** The number of requests and the seed. */
export interface FuzzOptions {
  readonly count: number
  readonly seed: number
}

/** The result. It is good if `problems` is empty and the heap does not grow. */
export interface FuzzReport {
  readonly outcomes: Readonly<Record<string, number>>
  /** Every reply with a status of 500 or more but 501, which refuses what the host does not offer, every hang, every unhandled rejection: at most 20. */
  readonly problems: readonly string[]
  /** Bytes on the heap after a garbage collection, after a fifth of the requests and at the end. */
  readonly heapEarly: number
  readonly heapLate: number
  readonly seconds: number
}

const maxProblems = 20

/** Sends more or less invalid requests to a server in this process, a fifth of them malformed on raw connections. */
export async function fuzz(target: FuzzTarget, { count, seed }: FuzzOptions): Promise<FuzzReport> {
  const outcomes: Record<string, number> = {}
  const problems: string[] = []
  const note = (problem: string): void => {
    if (problems.length < maxProblems) problems.push(problem)
  }
  const startedAt = performance.now()
  const run = (first: number, requests: number): Promise<void> =>
    sendRange(target, { seed, first, count: requests }, (one) => {
      outcomes[one.outcome] = (outcomes[one.outcome] ?? 0) + 1
      if (isFault(one, target)) note(`${one.outcome}: request ${one.number} of seed ${seed}: ${one.sent}`)
    })
  const stopWatching = watchUnhandled(note)
  try {
    await run(0, Math.floor(count / 5))
    const heapEarly = await heapAfterCollection()
    await run(Math.floor(count / 5), count - Math.floor(count / 5))
    const heapLate = await heapAfterCollection()
    return { outcomes, problems, heapEarly, heapLate, seconds: (performance.now() - startedAt) / 1000 }
  } finally {
    stopWatching()
  }
}

/** Formats a report. */
export function describeReport({ outcomes, problems, heapEarly, heapLate, seconds }: FuzzReport): string {
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${outcome}: ${count}`)
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
  return [
    counts.join(', '),
    `${seconds.toFixed(1)} s; heap ${megabytes(heapEarly)} MB after a fifth, ${megabytes(heapLate)} MB at the end`,
    ...problems.map((problem) => `PROBLEM ${problem}`),
  ].join('\n')
}

/** Records unhandled errors until the returned function is called. */
function watchUnhandled(note: (problem: string) => void): () => void {
  const onRejection = (reason: unknown): void => note(`unhandled rejection: ${String(reason)}`)
  const onException = (error: unknown): void => note(`uncaught exception: ${String(error)}`)
  process.on('unhandledRejection', onRejection)
  process.on('uncaughtExceptionMonitor', onException)
  return () => {
    process.off('unhandledRejection', onRejection)
    process.off('uncaughtExceptionMonitor', onException)
  }
}

async function heapAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc')
  // Memory of the last requests is released after their sockets close.
  await new Promise((resolve) => setTimeout(resolve, 200))
  runInNewContext('gc()')
  return process.memoryUsage().heapUsed
}

import { monitorEventLoopDelay } from 'node:perf_hooks'

/** A time in which the event loop ran nothing else, or the machine did not run this process. */
export interface LoopBlock {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** CPU time of the process in this time, in milliseconds: little, if the machine ran other processes. */
  readonly cpuMs: number
}

/** The delays of the event loop, in milliseconds. */
export interface LoopDelay {
  readonly maxMs: number
  readonly p99Ms: number
}

/** A block is reported from this length on, in milliseconds. */
export const maxBlockMs = 50

const intervalMs = 5

/** Measures the event loop of this process. */
export interface LoopMonitor {
  /** The delays since the start or the last `start`. */
  readonly getDelay: () => LoopDelay
  /** Stops before work that is not the host's: a garbage collection. */
  readonly stop: () => void
  readonly start: () => void
  readonly reset: () => void
}

/** Starts to measure. `onBlock` is called after each block of more than {@link maxBlockMs}. */
export function monitorLoop(onBlock: (block: LoopBlock) => void): LoopMonitor {
  const histogram = monitorEventLoopDelay({ resolution: intervalMs })
  let last = performance.now()
  let cpu = process.cpuUsage()
  let timer: NodeJS.Timeout | undefined
  const tick = (): void => {
    const now = performance.now()
    if (now - last - intervalMs > maxBlockMs) {
      const { user, system } = process.cpuUsage(cpu)
      onBlock({
        from: performance.timeOrigin + last,
        to: performance.timeOrigin + now,
        cpuMs: (user + system) / 1000,
      })
    }
    last = now
    cpu = process.cpuUsage()
  }
  const stop = (): void => {
    histogram.disable()
    clearInterval(timer)
  }
  const start = (): void => {
    last = performance.now()
    cpu = process.cpuUsage()
    histogram.enable()
    timer = setInterval(tick, intervalMs)
  }
  start()
  return {
    stop,
    start,
    reset: () => histogram.reset(),
    getDelay: () => ({ maxMs: histogram.max / 1e6, p99Ms: histogram.percentile(99) / 1e6 }),
  }
}

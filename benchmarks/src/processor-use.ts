import { cpus } from 'node:os'

/** What was used of the processors since a moment. */
export interface ProcessorUse {
  /** CPU time of this process, in microseconds. */
  readonly ownMicros: number
  /** The share of the time of all processors that was not idle, by whatever process: 0 to 1. */
  readonly busyShare: number
}

/** Begins to measure; the result returns what was used until then. */
export function measureProcessors(): () => ProcessorUse {
  const own = process.cpuUsage()
  const before = sumTimes()
  return () => {
    const { user, system } = process.cpuUsage(own)
    const after = sumTimes()
    return { ownMicros: user + system, busyShare: 1 - (after.idle - before.idle) / (after.all - before.all) }
  }
}

function sumTimes(): { readonly idle: number; readonly all: number } {
  let [idle, all] = [0, 0]
  for (const { times } of cpus()) {
    idle += times.idle
    all += Object.values(times).reduce((sum, time) => sum + time, 0)
  }
  return { idle, all }
}

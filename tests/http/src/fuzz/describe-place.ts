import type { PlaceReport, RepeatedBlock } from './fuzz-process.ts'
import { maxBlockMs } from './loop-monitor.ts'

/** Formats what was measured in one place, a line each. */
export function describePlace(report: PlaceReport): string {
  const { place, outcomes, memory, delay, idleDelay, blocks, repeated, check, problems } = report
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${outcome}: ${count}`)
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)
  const milliseconds = (value: number): string => value.toFixed(0)
  return [
    `the ${place.api} API, ${place.database}, ${place.framework}: ${report.requests} requests in ${report.sendingSeconds.toFixed(0)} s, ${report.seconds.toFixed(0)} s in all`,
    `  ${counts.join(', ')}`,
    `  memory at the start, after a quarter, at the end: heap ${memory.map(({ heap }) => megabytes(heap)).join(', ')} MB, RSS ${memory.map(({ rss }) => megabytes(rss)).join(', ')} MB`,
    `  loop delay max ${milliseconds(delay.maxMs)} ms, p99 ${milliseconds(delay.p99Ms)}; of an idle process beside it max ${milliseconds(idleDelay.maxMs)}, p99 ${milliseconds(idleDelay.p99Ms)}; difference max ${milliseconds(delay.maxMs - idleDelay.maxMs)}, p99 ${milliseconds(delay.p99Ms - idleDelay.p99Ms)}`,
    `  ${blocks.all} blocks over 50 ms, ${blocks.computed} of them with over 50 ms of CPU time of the host, ${blocks.idle} in the idle process; ${blocks.resent} requests in flight sent alone, ${repeated.length} block each of three times, ${repeated.filter(isComputedEachTime).length} of them with that much CPU time`,
    ...(check.summary === '' ? [] : [`  ${check.summary}`]),
    ...repeated.map(({ request, alone }) => {
      const times = alone.map(({ from, to, cpuMs }) => `${milliseconds(to - from)} ms (CPU ${milliseconds(cpuMs)})`)
      return `  BLOCK ${times.join(', ')}: request ${request.number}, ${request.outcome}: ${request.sent}`
    }),
    ...problems.map((problem) => `  PROBLEM ${problem}`),
  ].join('\n')
}

/** True if the host itself computed in each of the blocks; otherwise the machine may have run other processes. */
export function isComputedEachTime({ alone }: RepeatedBlock): boolean {
  return alone.every(({ cpuMs }) => cpuMs > maxBlockMs)
}

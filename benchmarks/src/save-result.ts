import { appendFileSync } from 'node:fs'

/** The result of one comparison. */
export interface BenchmarkResult {
  readonly name: string
  /** Cost or throughput of Billfold, with its unit. */
  readonly billfold: string
  /** The baseline, and its cost or throughput. */
  readonly other: string
  /** Billfold divided by the other. */
  readonly ratio: number
  /** The smallest and the largest ratio of paired rounds. */
  readonly range?: readonly [number, number]
}

/** Appends a result to the file `BILLFOLD_BENCHMARK_RESULTS`, from which scripts/benchmarks.mjs prints its table. */
export function saveResult(result: BenchmarkResult): void {
  const file = process.env['BILLFOLD_BENCHMARK_RESULTS']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(result)}\n`)
}

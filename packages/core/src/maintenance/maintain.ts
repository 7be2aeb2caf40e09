import { runAllSteps } from '../kernel/concurrency/settle-all.ts'
import type { MaintenanceStage, MaintenanceStep } from '../platform/module.ts'

/** The result of a maintenance run. */
export interface MaintenanceResult {
  /** Its duration in milliseconds. */
  readonly durationMs: number
}

/** How far a maintenance run has come. */
export interface MaintenanceProgress {
  /** The name of the step: `delete expired rate limits`. */
  readonly step: string
  readonly stage: MaintenanceStage
  /** Number of rows that the step has deleted or changed so far; 0 for a step that does not count them. */
  readonly rows: number
  /** Number of steps that have ended, this one included if it has. */
  readonly done: number
  /** Number of steps. */
  readonly total: number
}

/** Options of {@link Billfold.maintain}. */
export interface MaintenanceOptions {
  /** Called after each batch of at most 1,000 rows and after each step, and awaited: log it, or wait to go slower. */
  readonly onProgress?: (progress: MaintenanceProgress) => void | Promise<void>
}

/**
 * Runs the maintenance steps of all modules, in the given order. Concurrent runs are safe. A failed step does not
 * prevent the next ones, except if the storage is unavailable.
 * @throws the error of a step, or an AggregateError if several failed
 */
export async function maintain(
  { now }: { readonly now: () => number },
  steps: readonly MaintenanceStep[],
  { onProgress }: MaintenanceOptions = {},
): Promise<MaintenanceResult> {
  const startedAt = now()
  const total = steps.length
  await runAllSteps(
    steps.map(({ name: step, stage, run }, done) => async () => {
      let rows = 0
      await run(startedAt, async (count) => {
        rows += count
        if (count > 0) await onProgress?.({ step, stage, rows, done, total })
      })
      await onProgress?.({ step, stage, rows, done: done + 1, total })
    }),
  )
  return { durationMs: now() - startedAt }
}

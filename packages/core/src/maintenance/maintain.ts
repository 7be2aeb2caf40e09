import { runAllSteps } from '../kernel/concurrency/settle-all.ts'
import type { MaintenanceStep } from '../platform/module.ts'

/** The result of a maintenance run. */
export interface MaintenanceResult {
  /** Its duration in milliseconds. */
  readonly durationMs: number
}

/**
 * Runs the maintenance steps of all modules, in the given order. Concurrent runs are safe. A failed step does not
 * prevent the next ones, except if the storage is unavailable.
 * @throws the error of a step, or an AggregateError if several failed
 */
export async function maintain(
  { now }: { readonly now: () => number },
  steps: readonly MaintenanceStep[],
): Promise<MaintenanceResult> {
  const startedAt = now()
  await runAllSteps(
    steps.map(
      ({ run }) =>
        () =>
          run(startedAt),
    ),
  )
  return { durationMs: now() - startedAt }
}

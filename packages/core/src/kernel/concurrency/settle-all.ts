import { isBillfoldError } from '../errors.ts'

/**
 * Runs steps one after the other. A failed step does not prevent the next ones, except if the storage is unavailable.
 * @throws the error of a step, or an AggregateError if several failed
 */
export async function runAllSteps(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      errors.push(error)
      if (isBillfoldError(error, 'storage.unavailable')) break
    }
  }
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} steps failed`)
  if (errors.length === 1) throw errors[0]
}

/**
 * Waits until all promises are settled, so that nothing continues in the background.
 * @throws the first error
 */
export async function awaitAll<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

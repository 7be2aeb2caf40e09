import { isBillfoldError } from '../errors.ts'

/**
 * Takes steps one after the other: one that fails holds up none of those after it. Only a storage that cannot be reached ends it, since
 * every other step would wait for it as well.
 * @throws what a step threw; an AggregateError where several did
 */
export async function eachStep(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      errors.push(error)
      if (isBillfoldError(error, 'storage.unavailable')) break
    }
  }
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} steps have failed`)
  if (errors.length === 1) throw errors[0]
}

/** What is done side by side, once all of it has ended: nothing goes on behind its caller's back. @throws what the first that failed threw */
export async function allEnded<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

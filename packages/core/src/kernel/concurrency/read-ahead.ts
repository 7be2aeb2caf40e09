/**
 * Returns the values of a generator, and lets it produce the next one while the caller works on one: a walk then takes the longer of the
 * two times, not their sum. One value is held ahead.
 * @throws the errors of the generator, when the caller reaches them
 */
export async function* readAhead<T>(source: AsyncGenerator<T, void>): AsyncGenerator<T> {
  const produce = (): Promise<IteratorResult<T, void>> => {
    const next = source.next()
    // What was produced ahead is not awaited if the caller stops.
    next.catch(() => {})
    return next
  }
  try {
    for (let next = produce(); ; ) {
      const result = await next
      if (result.done === true) return
      next = produce()
      yield result.value
    }
  } finally {
    await source.return()
  }
}

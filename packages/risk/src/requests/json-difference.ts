/** A place where two JSON values differ. A value that is added has no `before`, and one that is removed has no `after`. */
export interface Difference {
  /** Names of fields and, in a list of objects, indexes: `when.amount.above`, `abi.0.function`. */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/**
 * Lists where two JSON values differ, by field. Of lists of texts or numbers, each element that was added or removed is a difference of
 * its own, so that one address among hundreds is seen.
 *
 * @param before undefined for nothing
 */
export function listDifferences(before: unknown, after: unknown, path = ''): readonly Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path)
  if (isObject(before) && isObject(after)) return compareFields(before, after, path)
  return [
    {
      path,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    },
  ]
}

function compareFields(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  path: string,
): readonly Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((name) => listDifferences(before[name], after[name], path === '' ? name : `${path}.${name}`))
}

function compareLists(before: readonly unknown[], after: readonly unknown[], path: string): readonly Difference[] {
  const isFlat = ![...before, ...after].some((value) => typeof value === 'object' && value !== null)
  if (!isFlat) {
    const indexes = Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index)
    return indexes.flatMap((index) => listDifferences(before[index], after[index], `${path}.${index}`))
  }
  const removed = before.filter((value) => !after.includes(value)).map((value) => ({ path, before: value }))
  const added = after.filter((value) => !before.includes(value)).map((value) => ({ path, after: value }))
  // The same elements in another order, or more often.
  return removed.length + added.length === 0 ? [{ path, before, after }] : [...removed, ...added]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

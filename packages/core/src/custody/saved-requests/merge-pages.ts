/** Reads a part of a sorted list. */
export type ReadPart<T> = (offset: number, limit: number) => Promise<readonly T[]>

/**
 * Merges two sorted lists, which are read in parts, into one. The place at which a part begins in each list is found by a binary
 * search, so that a part far behind reads no more than one at the beginning does.
 * @param precedes whether an element comes before another, of either list
 */
export function mergePages<T>(one: ReadPart<T>, other: ReadPart<T>, precedes: (a: T, b: T) => boolean): ReadPart<T> {
  return async (offset, limit) => {
    const skipped = await findSplit(offset, one, other, precedes)
    if (skipped === undefined) return []
    const [some, others] = [await one(offset - skipped, limit), await other(skipped, limit)]
    const merged: T[] = []
    let index = 0
    for (const element of some) {
      for (let next = others[index]; next !== undefined && precedes(next, element); next = others[++index])
        merged.push(next)
      merged.push(element)
    }
    return [...merged, ...others.slice(index)].slice(0, limit)
  }
}

/** Finds how many elements of the second list are among the first `offset` of both. Undefined if both have fewer. */
async function findSplit<T>(
  offset: number,
  one: ReadPart<T>,
  other: ReadPart<T>,
  precedes: (a: T, b: T) => boolean,
): Promise<number | undefined> {
  let [low, high] = [0, offset]
  while (low <= high) {
    const taken = Math.floor((low + high) / 2)
    const [before, next] = await readAround(one, offset - taken)
    const [beforeOther, nextOther] = await readAround(other, taken)
    if (taken > 0 && (beforeOther === undefined || (next !== undefined && precedes(next, beforeOther))))
      high = taken - 1
    else if (taken < offset && nextOther !== undefined && (before === undefined || precedes(nextOther, before)))
      low = taken + 1
    else return taken < offset && before === undefined ? undefined : taken
  }
  return undefined
}

/** Reads the elements before and at a position. */
async function readAround<T>(read: ReadPart<T>, position: number): Promise<readonly [T | undefined, T | undefined]> {
  if (position === 0) return [undefined, (await read(0, 1))[0]]
  const [before, next] = await read(position - 1, 2)
  return [before, next]
}

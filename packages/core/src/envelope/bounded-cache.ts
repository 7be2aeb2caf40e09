/** Keeps what is costly to make, at most so many: what was not asked for the longest goes first. */
export interface BoundedCache<V> {
  /** What is kept under a key, or else what `make` makes. What `make` throws is not kept. */
  readonly get: (key: string, make: () => V) => V
  readonly size: () => number
}

/** A cache of at most `most` values. A map keeps the order of insertion, so that the first key is the one longest unused. */
export function boundedCache<V>(most: number): BoundedCache<V> {
  const kept = new Map<string, V>()
  return {
    get: (key, make) => {
      const known = kept.get(key)
      if (known !== undefined) {
        kept.delete(key)
        kept.set(key, known)
        return known
      }
      const made = make()
      kept.set(key, made)
      if (kept.size > most) {
        const [oldest] = kept.keys()
        if (oldest !== undefined) kept.delete(oldest)
      }
      return made
    },
    size: () => kept.size,
  }
}

/** A cache of bounded size that evicts the least recently used value. */
export interface LruCache<V> {
  /** Returns the cached value, or creates and caches it. Nothing is cached if `create` throws. */
  readonly getOrCreate: (key: string, create: () => V) => V
  readonly size: () => number
}

/** Creates an LRU cache of at most `maxSize` values. It relies on the insertion order of `Map`: the first key is the least recently used. */
export function createLruCache<V>(maxSize: number): LruCache<V> {
  const entries = new Map<string, V>()
  return {
    getOrCreate: (key, create) => {
      const cached = entries.get(key)
      if (cached !== undefined) {
        entries.delete(key)
        entries.set(key, cached)
        return cached
      }
      const created = create()
      entries.set(key, created)
      if (entries.size > maxSize) {
        const [oldest] = entries.keys()
        if (oldest !== undefined) entries.delete(oldest)
      }
      return created
    },
    size: () => entries.size,
  }
}

/** Returns the SQL text cached under a key, or generates and caches it. */
export type StatementCache = (key: string, generate: () => string) => string

/**
 * Creates a cache of SQL texts that evicts the oldest entry when full. A host has a few hundred distinct statements; `in`
 * lists of different lengths add more.
 */
export function createStatementCache(maxEntries = 2_000): StatementCache {
  const cache = new Map<string, string>()
  return (key, generate) => {
    const cached = cache.get(key)
    if (cached !== undefined) return cached
    if (cache.size >= maxEntries) for (const oldest of cache.keys()) if (cache.delete(oldest)) break
    const sql = generate()
    cache.set(key, sql)
    return sql
  }
}

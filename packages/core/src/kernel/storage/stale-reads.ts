import type { Storage } from './storage.ts'

/** Returns a storage whose reads may be answered by a replica that lags behind: for an export, which decides nothing. */
export function toStaleReads<S extends Storage>(storage: S): S {
  const stale: Storage = {
    find: (table, query) => storage.find(table, { ...query, mayBeStale: true }),
    commit: (batch) => storage.commit(batch),
  }
  return { ...storage, ...stale }
}

import type { Storage } from '../kernel/storage/index.ts'

/** How often a storage was called. */
export interface StorageCalls {
  readonly reads: number
  readonly commits: number
}

/** A storage that counts its calls. Failed commits count. */
export interface CountingStorage {
  readonly storage: Storage
  /** Runs an operation and returns the calls made meanwhile. */
  readonly count: (operation: () => Promise<unknown>) => Promise<StorageCalls>
}

/** Wraps a storage to count its calls. */
export function countingStorage(inner: Storage): CountingStorage {
  let reads = 0
  let commits = 0
  return {
    storage: {
      find: (table, query) => {
        reads++
        return inner.find(table, query)
      },
      commit: (writes) => {
        commits++
        return inner.commit(writes)
      },
    },
    count: async (operation) => {
      const before = { reads, commits }
      await operation()
      return { reads: reads - before.reads, commits: commits - before.commits }
    },
  }
}

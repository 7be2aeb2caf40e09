import type { Storage } from '../kernel/storage/index.ts'

/** Wraps a storage to run something just before the first commit that writes to a table, like a concurrent process. */
export function interruptCommit(inner: Storage, table: string, interfere: () => Promise<unknown>): Storage {
  let isPending = true
  return {
    find: (of, query) => inner.find(of, query),
    commit: async (writes) => {
      if (isPending && writes.writes.some((write) => write.kind !== 'check' && write.table.name === table)) {
        isPending = false
        await interfere()
      }
      await inner.commit(writes)
    },
  }
}

/** Wraps a storage to run something just before a read of a table, by default the first. */
export function interruptRead(
  inner: Storage,
  table: string,
  interfere: () => Promise<unknown>,
  whichRead = 1,
): Storage {
  let reads = 0
  return {
    find: async (of, query) => {
      if (of.name === table && ++reads === whichRead) await interfere()
      return inner.find(of, query)
    },
    commit: (writes) => inner.commit(writes),
  }
}

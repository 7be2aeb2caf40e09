import type { Storage } from '../storage/index.ts'

/** A storage that does something just before the first commit that writes to a table, as another process might. */
export function interrupted(inner: Storage, table: string, meanwhile: () => Promise<unknown>): Storage {
  let waiting = true
  return {
    find: (of, query) => inner.find(of, query),
    commit: async (writes) => {
      if (waiting && writes.writes.some((write) => write.kind !== 'check' && write.table.name === table)) {
        waiting = false
        await meanwhile()
      }
      await inner.commit(writes)
    },
  }
}

/** The same, just before a read of a table: the first, unless it says which. */
export function interruptedRead(
  inner: Storage,
  table: string,
  meanwhile: () => Promise<unknown>,
  whichRead = 1,
): Storage {
  let reads = 0
  return {
    find: async (of, query) => {
      if (of.name === table && ++reads === whichRead) await meanwhile()
      return inner.find(of, query)
    },
    commit: (writes) => inner.commit(writes),
  }
}

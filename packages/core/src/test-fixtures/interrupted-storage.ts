import type { Batch, Storage } from '../kernel/storage/index.ts'

/** Wraps a storage to run something just before the first commit that writes to a table, like a concurrent process. */
export function interruptCommit<S extends Storage>(inner: S, table: string, interfere: () => Promise<unknown>): S {
  let isPending = true
  return {
    ...inner,
    commit: async (writes: Batch) => {
      if (isPending && writes.writes.some((write) => write.kind !== 'check' && write.table.name === table)) {
        isPending = false
        await interfere()
      }
      await inner.commit(writes)
    },
  }
}

/** Wraps a storage to run something just before a read of a table, by default the first. */
export function interruptRead<S extends Storage>(
  inner: S,
  table: string,
  interfere: () => Promise<unknown>,
  whichRead = 1,
): S {
  let reads = 0
  const find: Storage['find'] = async (of, query) => {
    if (of.name === table && ++reads === whichRead) await interfere()
    return inner.find(of, query)
  }
  return { ...inner, find }
}

import { BillfoldError, memoryStorage, type Storage } from '@billfold/core'
import { type Batch } from '@billfold/core/storage'

/** A storage that records committed batches, and can fail those that contain one type of event. */
export interface RecordingStorage extends Storage {
  /** Lists all committed batches. */
  readonly batches: () => readonly Batch[]
  /** Lists the committed batches that contain an event of this type. */
  readonly batchesWith: (type: string) => readonly Batch[]
  /** Fails every later commit that contains an event of this type with `storage.unavailable`, and counts them. */
  readonly failCommitsWith: (type: string) => { readonly count: () => number }
}

/** Creates a recording storage in memory. */
export function createRecordingStorage(): RecordingStorage {
  const memory = memoryStorage()
  const committed: Batch[] = []
  let rejected = ''
  let refusals = 0
  return {
    find: (table, query) => memory.find(table, query),
    commit: async (batch) => {
      if (rejected !== '' && writesEvent(batch, rejected)) {
        refusals++
        throw new BillfoldError('storage.unavailable')
      }
      await memory.commit(batch)
      committed.push(batch)
    },
    batches: () => [...committed],
    batchesWith: (type) => committed.filter((batch) => writesEvent(batch, type)),
    failCommitsWith: (type) => {
      rejected = type
      return { count: () => refusals }
    },
  }
}

function writesEvent({ writes }: Batch, type: string): boolean {
  return writes.some((write) => write.kind === 'insert' && write.table.name === 'events' && write.row['type'] === type)
}

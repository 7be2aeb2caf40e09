import { BillfoldError, memoryStorage, type Storage } from '@billfold/core'
import { type Batch } from '@billfold/core/storage'

/** A storage that remembers what was committed, and can refuse the commits that tell of one kind of event. */
export interface RecordingStorage extends Storage {
  /** The batches that told of this kind of event, and were committed. */
  readonly batchesWith: (type: string) => readonly Batch[]
  /** From now on a commit that tells of this kind fails, as if the database had gone. Gives how many did. */
  readonly failCommitsWith: (type: string) => { readonly count: () => number }
}

/** A watched storage in memory. */
export function createRecordingStorage(): RecordingStorage {
  const memory = memoryStorage()
  const committed: Batch[] = []
  let refused = ''
  let refusals = 0
  return {
    find: (table, query) => memory.find(table, query),
    commit: async (batch) => {
      if (refused !== '' && writesEvent(batch, refused)) {
        refusals++
        throw new BillfoldError('storage.unavailable')
      }
      await memory.commit(batch)
      committed.push(batch)
    },
    batchesWith: (type) => committed.filter((batch) => writesEvent(batch, type)),
    failCommitsWith: (type) => {
      refused = type
      return { count: () => refusals }
    },
  }
}

function writesEvent({ writes }: Batch, type: string): boolean {
  return writes.some((write) => write.kind === 'insert' && write.table.name === 'events' && write.row['type'] === type)
}

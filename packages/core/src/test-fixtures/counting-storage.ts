import { setImmediate } from 'node:timers/promises'
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
  /**
   * Runs an operation and returns its round trips, as storages make them that send reads of one turn of the event loop together:
   * one for all reads of a turn, and one for each commit. Every call ends in a later turn.
   */
  readonly countRoundTrips: (operation: () => Promise<unknown>) => Promise<number>
}

/** Wraps a storage to count its calls. */
export function countingStorage(inner: Storage): CountingStorage {
  let reads = 0
  let commits = 0
  let roundTrips = 0
  let turn: Promise<void> | undefined
  let takesTurns = false
  const endTurn = async (): Promise<void> => {
    if (!takesTurns) return
    if (turn === undefined) {
      roundTrips++
      turn = setImmediate().then(() => {
        turn = undefined
      })
    }
    await turn
  }
  return {
    storage: {
      find: async (table, query) => {
        reads++
        await endTurn()
        return inner.find(table, query)
      },
      commit: async (writes) => {
        commits++
        if (takesTurns) {
          roundTrips++
          await setImmediate()
        }
        return inner.commit(writes)
      },
    },
    count: async (operation) => {
      const before = { reads, commits }
      await operation()
      return { reads: reads - before.reads, commits: commits - before.commits }
    },
    countRoundTrips: async (operation) => {
      const before = roundTrips
      takesTurns = true
      try {
        await operation()
      } finally {
        takesTurns = false
      }
      return roundTrips - before
    },
  }
}

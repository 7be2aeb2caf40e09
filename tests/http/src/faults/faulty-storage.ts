import { BillfoldError, type Storage } from '@billfold/core'

/** What becomes of a call: it fails before anything is applied, or it is applied and nobody hears of it. */
export type Fault = 'before' | 'after'

/** What becomes of a call, by its number, counted from 0. */
export type FaultPlan = (call: number) => Fault | undefined

/** A call that a storage was asked for while faults were on. */
export type StorageCall = 'find' | 'commit'

/** A storage that fails where it is told to. */
export interface FaultyStorage {
  readonly storage: Storage
  /** The calls so far, while it was armed. */
  readonly calls: readonly StorageCall[]
  /** Until it is armed, nothing fails and nothing is counted. */
  armed: boolean
}

/** What the cause of an injected fault says: a driver's error, with what a driver should not say in it. */
export const driverSecret = 'injected: password authentication failed for user "billfold" at 10.0.0.7'

/** A storage over another. */
export function createFaultyStorage(inner: Storage, faultOf: FaultPlan): FaultyStorage {
  const calls: StorageCall[] = []
  const failing = async <T>(kind: StorageCall, work: () => Promise<T>): Promise<T> => {
    if (!faulty.armed) return work()
    const fault = faultOf(calls.push(kind) - 1)
    if (fault === undefined) return work()
    if (fault === 'after') await work()
    throw new BillfoldError('storage.unavailable', { cause: new Error(driverSecret) })
  }
  const faulty: FaultyStorage = {
    armed: false,
    calls,
    storage: {
      find: (table, query) => failing('find', () => inner.find(table, query)),
      commit: (batch) => failing('commit', () => inner.commit(batch)),
    },
  }
  return faulty
}

import { BillfoldError, type Storage } from '@billfold/core'

/** A fault: the call fails before it is applied, or it is applied and its reply is lost. */
export type Fault = 'before' | 'after'

/** Returns the fault of a call by its index. */
export type FaultPlan = (call: number) => Fault | undefined

/** A kind of storage call. */
export type StorageCall = 'find' | 'commit'

/** A storage that fails as planned. */
export interface FaultyStorage {
  readonly storage: Storage
  /** The calls made while armed. */
  readonly calls: readonly StorageCall[]
  /** Faults and counting are off until armed. */
  armed: boolean
}

/** The message of an injected driver error, with details that must not leak. */
export const driverSecret = 'injected: password authentication failed for user "billfold" at 10.0.0.7'

/** Wraps a storage with faults. */
export function createFaultyStorage(inner: Storage, faultPlan: FaultPlan): FaultyStorage {
  const calls: StorageCall[] = []
  const failing = async <T>(kind: StorageCall, work: () => Promise<T>): Promise<T> => {
    if (!faulty.armed) return work()
    const fault = faultPlan(calls.push(kind) - 1)
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

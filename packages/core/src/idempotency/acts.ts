import { AsyncLocalStorage } from 'node:async_hooks'
import { BillfoldError } from '../errors.ts'
import { batch, type Batch, isCommitError, type Storage, storageLimits, update } from '../storage/index.ts'
import { idempotencyKeys } from './table.ts'

/** A request that holds an idempotency key, while it runs. */
export interface Act {
  readonly id: string
  readonly holder: string
  /** Whether the storage knows that the request has written something. */
  isMarked: boolean
}

const acts = new AsyncLocalStorage<Act>()

/** Runs what a request does under its key: its first commit marks the key, see {@link markingStorage}. */
export function asAct<T>(act: Act, run: () => Promise<T>): Promise<T> {
  return acts.run(act, run)
}

/**
 * The same storage, but the first commit of a request that holds an idempotency key carries one write more: it notes that the
 * request has acted, and refuses the commit when another process has taken the key over. So whatever a request under a key
 * writes is noted with it or not written, and two requests under one key never both write. Commits of other requests stay as
 * they are.
 */
export function markingStorage(storage: Storage): Storage {
  return {
    find: (table, query) => storage.find(table, query),
    commit: (writes) => {
      const act = acts.getStore()
      return act === undefined || act.isMarked ? storage.commit(writes) : commitMarked(storage, act, writes)
    },
  }
}

/** The mark comes last, so that a refused write keeps its place in the batch. */
async function commitMarked(storage: Storage, act: Act, { id, writes }: Batch): Promise<void> {
  const mark = update(idempotencyKeys, { where: { id: act.id, holder: act.holder }, set: { acted: true } })
  const fits = writes.length < storageLimits.writes
  if (!fits) await storage.commit(batch(mark)).catch(refusedMark(0))
  await storage.commit({ id, writes: fits ? [...writes, mark] : writes }).catch(refusedMark(writes.length))
  act.isMarked = true
}

function refusedMark(index: number): (error: unknown) => never {
  return (error) => {
    if (isCommitError(error) && error.index === index)
      throw new BillfoldError('idempotency-key.in-progress', { cause: error })
    throw error
  }
}

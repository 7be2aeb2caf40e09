import { AsyncLocalStorage } from 'node:async_hooks'
import { BillfoldError } from '../../kernel/errors.ts'
import { batch, type Batch, isCommitError, type Storage, storageLimits, update } from '../../kernel/storage/index.ts'
import { recordPreconditions, type ReplyPrecondition, type ReplyPreconditions } from './reply-preconditions.ts'
import { idempotencyKeys } from './table.ts'

/** The running request that owns an idempotency key. */
export interface IdempotentRequest {
  readonly id: string
  readonly leaseId: string
  /** True once a commit of this request has recorded in the key's row that the request has written. */
  hasRecordedWrite: boolean
  /** What the commits of this request rested on, in the state in which they left it. */
  readonly preconditions: ReplyPreconditions
}

const trackedBrand: unique symbol = Symbol('idempotency tracking')

/**
 * A storage whose commits take part in idempotency: it is not the host's, but wrapped by {@link idempotencyTrackingStorage}.
 */
export interface TrackedStorage extends Storage {
  readonly [trackedBrand]: true
}

/** A storage that no request is tracked on: the host's own. */
export type UntrackedStorage = Storage & { readonly [trackedBrand]?: never }

const currentRequest = new AsyncLocalStorage<IdempotentRequest>()

/** Runs a request under its idempotency key. Its first commit is tracked, see {@link idempotencyTrackingStorage}. */
export function runWithIdempotencyKey<T>(request: IdempotentRequest, run: () => Promise<T>): Promise<T> {
  return currentRequest.run(request, run)
}

/**
 * Wraps a storage so that the first commit of a request with an idempotency key carries one additional write. That
 * write records that the request has written something, and fails the commit if another process has taken over the key.
 * So a write and its record are atomic, and two requests with one key never both write. Commits of other requests are
 * passed through.
 *
 * All commits of such a request also show what its reply rests on, see {@link recordPreconditions}.
 *
 * The current request is found through an `AsyncLocalStorage`.
 */
export function idempotencyTrackingStorage(
  storage: UntrackedStorage,
  declared: readonly ReplyPrecondition[] = [],
): TrackedStorage {
  return {
    [trackedBrand]: true,
    find: (table, query) => storage.find(table, query),
    commit: async (writes) => {
      const request = currentRequest.getStore()
      if (request === undefined) return storage.commit(writes)
      await (request.hasRecordedWrite ? storage.commit(writes) : commitTracked(storage, request, writes))
      recordPreconditions(declared, request.preconditions, writes.writes)
    },
  }
}

/** Appends the tracking write last, so that the index of a failed write stays the caller's. */
async function commitTracked(
  storage: UntrackedStorage,
  request: IdempotentRequest,
  { id, writes }: Batch,
): Promise<void> {
  const tracking = update(idempotencyKeys, {
    where: { id: request.id, leaseId: request.leaseId },
    set: { hasWritten: true },
  })
  const fits = writes.length < storageLimits.writesPerBatch
  if (!fits) await storage.commit(batch(tracking)).catch(throwInProgress(0))
  await storage.commit({ id, writes: fits ? [...writes, tracking] : writes }).catch(throwInProgress(writes.length))
  request.hasRecordedWrite = true
}

function throwInProgress(index: number): (error: unknown) => never {
  return (error) => {
    if (isCommitError(error) && error.index === index)
      throw new BillfoldError('idempotency-key.in-progress', { cause: error })
    throw error
  }
}

import { securityNoticeWrites } from '../../identity/security-notices/security-notice.ts'
import type { CustodyServices } from '../../custody/services.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import type { DidRegistry, OperationStatus } from '../registries/registry.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, tryCommit, isCommitError, backoff, update } from '../../kernel/storage/index.ts'
import { type DidUpdateRow, type DidUpdateStepRow, unfinishedUpdateStates } from './did-update-rows.ts'
import { parsePlannedChange, toRegistryChange } from './planned-change.ts'
import type { DidWalletRow } from './seal-key.ts'
import type { DidWalletSettings } from './settings.ts'
import { type DidSigner, signHashForDid } from './sign-hash.ts'
import { didUpdateSteps, didUpdates } from './tables.ts'

/** The context of one step of a DID update. */
export interface UpdateStepContext {
  readonly services: CustodyServices
  readonly settings: DidWalletSettings
  readonly registry: DidRegistry
  readonly actor: Actor
  readonly wallet: DidWalletRow
  readonly didUpdate: DidUpdateRow
  /** Absent if no key stored here can sign any more: then the status of the steps is only looked up. */
  readonly signer?: DidSigner
}

/**
 * The maximum number of preparations; a change is prepared again if another change of the same signer was mined first.
 */
const maxPreparations = 20

/**
 * Runs one step and stores its outcome. A change that the registry already knows is not submitted again, so a repeat
 * after a crash makes no change twice.
 *
 * @returns the error that the step stopped with, or undefined
 */
export async function runUpdateStep(
  run: UpdateStepContext,
  step: DidUpdateStepRow,
): Promise<BillfoldError | undefined> {
  const { services } = run
  try {
    const { state, hash } = await submitOrGetStatus(run, step)
    const transactionHash = hash ?? null
    if (state === 'mined') {
      await saveMined(run, step, transactionHash)
      return undefined
    }
    const failureCode = state === 'sent' ? 'did-update.step-pending' : 'did-update.step-failed'
    // A failed operation is final, so the next attempt needs a new id.
    const newOperation = state === 'failed' ? { operationId: newId() } : {}
    await saveAttempt(services, step, failureCode, { state, transactionHash: transactionHash, ...newOperation })
    return new BillfoldError(failureCode)
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    await saveAttempt(services, step, error.code, { state: 'failed' })
    return error
  }
}

async function submitOrGetStatus(run: UpdateStepContext, step: DidUpdateStepRow): Promise<OperationStatus> {
  const { services, registry, wallet } = run
  for (let attemptNumber = 1; ; attemptNumber++) {
    const isUnfinished = await markRunning(run)
    const status = await registry.findOperationStatus(services, wallet.tenant, step.operationId)
    if (status !== undefined) return status
    if (!isUnfinished) throw new BillfoldError('did-update.in-progress')
    try {
      return await submit(run, step)
    } catch (error) {
      // The DID was just transferred, perhaps by this very step in another process.
      const canRetry =
        isBillfoldError(error, 'did.update-conflict') ||
        (isBillfoldError(error, 'did-wallet.read-only') && attemptNumber < 3)
      if (!canRetry) throw error
      if (attemptNumber === maxPreparations) throw new BillfoldError('did-update.in-progress', { cause: error })
      await backoff(attemptNumber)
    }
  }
}

async function submit(run: UpdateStepContext, step: DidUpdateStepRow): Promise<OperationStatus> {
  const { services, settings, registry, actor, wallet, didUpdate, signer } = run
  if (signer === undefined) throw new BillfoldError('did-wallet.read-only')
  const change = toRegistryChange(parsePlannedChange(step.change))
  const prepared = await registry.prepare(services, wallet.tenant, wallet.address, change)
  if (prepared.signer !== signer.wallet.address) throw new BillfoldError('did-wallet.read-only')
  const signature = await signHashForDid(services, settings, signer, prepared.digest)
  const options = { apiUrl: didUpdate.apiUrl ?? undefined }
  return registry.submit(services, actor, step.operationId, prepared, signature, options)
}

/**
 * Marks the update as running. Returns false if another process has completed it or another update has superseded it.
 */
async function markRunning({ services, didUpdate }: UpdateStepContext): Promise<boolean> {
  const where = { id: didUpdate.id, state: { in: unfinishedUpdateStates } }
  const set = { state: 'running', updatedAt: services.now() }
  try {
    await services.storage.commit(batch(update(didUpdates, { where, set })))
    return true
  } catch (error) {
    if (isCommitError(error)) return false
    throw error
  }
}

/** Stores that a change was made and emits `did.updated` exactly once, from the process that notices it first. */
async function saveMined(
  { services, wallet }: UpdateStepContext,
  step: DidUpdateStepRow,
  transactionHash: string | null,
): Promise<void> {
  const { id: didWalletId, tenant, did, userId } = wallet
  const change = parsePlannedChange(step.change).kind
  const writes = [
    update(didUpdateSteps, {
      where: { id: step.id, operationId: step.operationId, state: { ne: 'mined' } },
      set: { state: 'mined', failureCode: null, transactionHash: transactionHash },
    }),
    ...eventWrites(services, tenant, 'did.updated', { didWalletId, did, userId, change }),
  ]
  const changesControl = change === 'owner' || change === 'delegate'
  const notice = { tenant, topic: 'security.did-changed', userId: userId ?? '', detail: { did, change } } as const
  const notices = changesControl && userId !== null ? await securityNoticeWrites(services, notice) : []
  // The notice fails if the user was erased meanwhile. The change was made in any case.
  if (!(await tryCommit(services, ...writes, ...notices)) && notices.length > 0) await tryCommit(services, ...writes)
}

/** Stores the outcome of an attempt, unless another process has stored that the change was made. */
async function saveAttempt(
  services: CustodyServices,
  { id, operationId }: DidUpdateStepRow,
  failureCode: ErrorCode,
  set: Partial<DidUpdateStepRow>,
): Promise<void> {
  const where = { id, operationId: operationId, state: { ne: 'mined' } }
  await services.storage.commit(
    batch(update(didUpdateSteps, { where, set: { ...set, failureCode: failureCode }, expectedRows: 'any' })),
  )
}

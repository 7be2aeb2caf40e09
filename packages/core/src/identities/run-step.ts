import type { Actor } from '../audit/record.ts'
import type { DidRegistry, StepState } from '../dids/registry.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, committed, isCommitError, pause, update } from '../storage/index.ts'
import { type ConfigurationRow, type StepRow, unfinished } from './configuration-rows.ts'
import { parseChange, registryChange } from './planned-change.ts'
import type { IdentityRow } from './seal-key.ts'
import type { IdentitySettings } from './settings.ts'
import { type DidSigner, signHash } from './sign-hash.ts'
import { configurationSteps, configurations } from './tables.ts'

/** The context of one step of a DID update. */
export interface StepRun {
  readonly services: Services
  readonly settings: IdentitySettings
  readonly registry: DidRegistry
  readonly actor: Actor
  readonly identity: IdentityRow
  readonly configuration: ConfigurationRow
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
export async function runStep(run: StepRun, step: StepRow): Promise<BillfoldError | undefined> {
  const { services } = run
  try {
    const { state, hash } = await submitOrGetStatus(run, step)
    const transactionHash = hash ?? null
    if (state === 'mined') {
      await saveMined(run, step, transactionHash)
      return undefined
    }
    const failureCode = state === 'sent' ? 'identity.step-pending' : 'identity.step-failed'
    // A failed operation is final, so the next attempt needs a new id.
    const newOperation = state === 'failed' ? { attemptId: newId() } : {}
    await saveAttempt(services, step, failureCode, { state, transaction: transactionHash, ...newOperation })
    return new BillfoldError(failureCode)
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    await saveAttempt(services, step, error.code, { state: 'failed' })
    return error
  }
}

async function submitOrGetStatus(run: StepRun, step: StepRow): Promise<StepState> {
  const { services, registry, identity: wallet } = run
  for (let attemptNumber = 1; ; attemptNumber++) {
    const isUnfinished = await markRunning(run)
    const status = await registry.stepState(services, wallet.tenant, step.attemptId)
    if (status !== undefined) return status
    if (!isUnfinished) throw new BillfoldError('identity.configuring')
    try {
      return await submit(run, step)
    } catch (error) {
      // The DID was just transferred, perhaps by this very step in another process.
      const canRetry =
        isBillfoldError(error, 'did.change-stale') ||
        (isBillfoldError(error, 'identity.read-only') && attemptNumber < 3)
      if (!canRetry) throw error
      if (attemptNumber === maxPreparations) throw new BillfoldError('identity.configuring', { cause: error })
      await pause(attemptNumber)
    }
  }
}

async function submit(run: StepRun, step: StepRow): Promise<StepState> {
  const { services, settings, registry, actor, identity: wallet, configuration: didUpdate, signer } = run
  if (signer === undefined) throw new BillfoldError('identity.read-only')
  const change = registryChange(parseChange(step.change))
  const prepared = await registry.prepare(services, wallet.tenant, wallet.address, change)
  if (prepared.signer !== signer.row.address) throw new BillfoldError('identity.read-only')
  const signature = await signHash(services, settings, signer, prepared.digest)
  const options = { apiUrl: didUpdate.apiUrl ?? undefined }
  return registry.submit(services, actor, step.attemptId, prepared, signature, options)
}

/**
 * Marks the update as running. Returns false if another process has completed it or another update has superseded it.
 */
async function markRunning({ services, configuration: didUpdate }: StepRun): Promise<boolean> {
  const where = { id: didUpdate.id, state: { in: unfinished } }
  const set = { state: 'running', movedAt: services.now() }
  try {
    await services.storage.commit(batch(update(configurations, { where, set })))
    return true
  } catch (error) {
    if (isCommitError(error)) return false
    throw error
  }
}

/** Stores that a change was made and emits `did.updated` exactly once, from the process that notices it first. */
async function saveMined(
  { services, identity: wallet }: StepRun,
  step: StepRow,
  transactionHash: string | null,
): Promise<void> {
  const { id: identityId, tenant, did, userId } = wallet
  const change = parseChange(step.change).kind
  await committed(
    services,
    update(configurationSteps, {
      where: { id: step.id, attemptId: step.attemptId, state: { ne: 'mined' } },
      set: { state: 'mined', failure: null, transaction: transactionHash },
    }),
    ...eventWrites(services, tenant, 'did.changed', { identityId, did, userId, change }),
  )
}

/** Stores the outcome of an attempt, unless another process has stored that the change was made. */
async function saveAttempt(
  services: Services,
  { id, attemptId }: StepRow,
  failureCode: ErrorCode,
  set: Partial<StepRow>,
): Promise<void> {
  const where = { id, attemptId, state: { ne: 'mined' } }
  await services.storage.commit(
    batch(update(configurationSteps, { where, set: { ...set, failure: failureCode }, hits: 'any' })),
  )
}

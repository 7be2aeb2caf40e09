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

/** What a step is taken with. */
export interface StepRun {
  readonly services: Services
  readonly settings: IdentitySettings
  readonly registry: DidRegistry
  readonly actor: Actor
  readonly identity: IdentityRow
  readonly configuration: ConfigurationRow
  /** Absent where nobody here can sign any more: then it is only seen what became of the steps. */
  readonly signer?: DidSigner
}

/** How often a change is prepared anew because another one of the same signer came before it. */
const mostPreparations = 20

/**
 * Takes one step, and keeps how it went. What the registry knows already is not handed in again, so a repeat after a crash at
 * any moment makes no change twice. Gives the error that it stopped with, if it did.
 */
export async function runStep(run: StepRun, step: StepRow): Promise<BillfoldError | undefined> {
  const { services } = run
  try {
    const { state, hash } = await handIn(run, step)
    const transaction = hash ?? null
    if (state === 'mined') {
      await keepMade(run, step, transaction)
      return undefined
    }
    const failure = state === 'sent' ? 'identity.step-pending' : 'identity.step-failed'
    // What failed will never be made, so the next attempt is another one.
    const attempt = state === 'failed' ? { attemptId: newId() } : {}
    await keep(services, step, { state, failure, transaction, ...attempt })
    return new BillfoldError(failure)
  } catch (error) {
    if (!isBillfoldError(error)) throw error
    await keep(services, step, { state: 'failed', failure: error.code })
    return error
  }
}

async function handIn(run: StepRun, step: StepRow): Promise<StepState> {
  const { services, registry, identity } = run
  for (let round = 1; ; round++) {
    const open = await move(run)
    const known = await registry.stepState(services, identity.tenant, step.attemptId)
    if (known !== undefined) return known
    if (!open) throw new BillfoldError('identity.configuring')
    try {
      return await submit(run, step)
    } catch (error) {
      // Given away a moment ago: perhaps by this very step, in another process.
      const again =
        isBillfoldError(error, 'did.change-stale') || (isBillfoldError(error, 'identity.read-only') && round < 3)
      if (!again) throw error
      if (round === mostPreparations) throw new BillfoldError('identity.configuring', { cause: error })
      await pause(round)
    }
  }
}

async function submit(run: StepRun, step: StepRow): Promise<StepState> {
  const { services, settings, registry, actor, identity, configuration, signer } = run
  if (signer === undefined) throw new BillfoldError('identity.read-only')
  const change = registryChange(parseChange(step.change))
  const prepared = await registry.prepare(services, identity.tenant, identity.address, change)
  if (prepared.signer !== signer.row.address) throw new BillfoldError('identity.read-only')
  const signature = await signHash(services, settings, signer, prepared.digest)
  const options = { apiUrl: configuration.apiUrl ?? undefined }
  return registry.submit(services, actor, step.attemptId, prepared, signature, options)
}

/**
 * Says that somebody works on it. False where it is over: another process has made all of it, or another configuration has
 * taken its place.
 */
async function move({ services, configuration }: StepRun): Promise<boolean> {
  const where = { id: configuration.id, state: { in: unfinished } }
  const set = { state: 'running', movedAt: services.now() }
  try {
    await services.storage.commit(batch(update(configurations, { where, set })))
    return true
  } catch (error) {
    if (isCommitError(error)) return false
    throw error
  }
}

/** Keeps that a change is made, and tells of it: once, by whichever process sees it first. */
async function keepMade({ services, identity }: StepRun, step: StepRow, transaction: string | null): Promise<void> {
  const { id: identityId, tenant, did, userId } = identity
  const change = parseChange(step.change).kind
  await committed(
    services,
    update(configurationSteps, {
      where: { id: step.id, attemptId: step.attemptId, state: { ne: 'mined' } },
      set: { state: 'mined', failure: null, transaction },
    }),
    ...eventWrites(services, tenant, 'did.changed', { identityId, did, userId, change }),
  )
}

/** Keeps how an attempt went; where another process has kept that it is made, that stays. */
async function keep(
  services: Services,
  { id, attemptId }: StepRow,
  set: Partial<StepRow> & { readonly failure: ErrorCode | null },
): Promise<void> {
  const where = { id, attemptId, state: { ne: 'mined' } }
  await services.storage.commit(batch(update(configurationSteps, { where, set, hits: 'any' })))
}

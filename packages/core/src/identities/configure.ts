import { type Actor, auditRecord } from '../audit/record.ts'
import { parseDid } from '../dids/did.ts'
import { zeroAddress } from '../dids/address.ts'
import { type DidRegistry, registryFor } from '../dids/registry.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, isCommitError, update } from '../storage/index.ts'
import type { Authorise } from '../vaults/holder.ts'
import type { WalletConfig } from '../vaults/wallet-config.ts'
import { begunBefore, beginConfiguration, type ConfigurationInput } from './begin-configuration.ts'
import { type ConfigurationRow, type StepRow, stepsOf, unfinished } from './configuration-rows.ts'
import type { DidAuthority } from './did-auth/verify.ts'
import { plannedChanges } from './planned-change.ts'
import { runStep, type StepRun } from './run-step.ts'
import type { IdentityRow } from './seal-key.ts'
import type { IdentitySettings } from './settings.ts'
import { type DidSigner, signerOf } from './sign-hash.ts'
import { configurations } from './tables.ts'

/** The result of a DID update: its steps in their current states, and the error it stopped with, if any. */
export interface ConfigurationOutcome {
  readonly steps: readonly StepRow[]
  readonly failure: BillfoldError | undefined
}

/** The authorization of a DID update. */
export interface ConfigurationAsker {
  /** Authorizes the use of a user's key with one of the user's signing methods. */
  readonly authorise: Authorise
  /** The authenticated controller of the DID. Without one, any key stored here may sign. */
  readonly authority?: DidAuthority
}

/**
 * Updates the registry entry of a DID: makes the changes one after another, the change of the owner last. If a change
 * fails, the earlier ones remain; repeating the same request resumes the update in any process and makes no change
 * twice.
 *
 * @throws BillfoldError `did-wallet.read-only`, `did-update.in-progress`, `did.unknown-network`,
 *   `did.api-url-not-allowed`, `user.limit-reached`, `signing-method.required`, `signing-method.invalid`; errors of a
 *   step are part of the result instead
 */
export async function configureIdentity(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  wallet: IdentityRow,
  request: Pick<WalletConfig, 'apiUrl' | 'txsInput'>,
  authorization: ConfigurationAsker,
): Promise<ConfigurationOutcome> {
  const changes = plannedChanges(request.txsInput ?? [])
  if (changes.length === 0) return { steps: [], failure: undefined }
  const registry = registryFor(settings.registries, parseDid(wallet.did))
  if (request.apiUrl !== undefined) registry.checkApiUrl(request.apiUrl)
  const { address, tenant } = wallet
  const owner = await registry.identityOwner(services, tenant, address)
  // The changes of one owner share a nonce sequence. The mutex avoids conflicts within the process.
  return services.ownerTurns(`owner of DIDs ${tenant} ${owner}`, async () => {
    const input = { changes, apiUrl: request.apiUrl }
    const run = { services, settings, registry, actor, identity: wallet }
    const storedSigner = await findUsableSigner(services, registry, wallet, authorization.authorise)
    const signer =
      storedSigner !== undefined && maySignFor(settings, authorization, storedSigner) ? storedSigner : undefined
    if (signer === undefined)
      return runSteps({ ...run, configuration: await findCompletedTransfer(services, wallet, input) })
    const method = wallet.userId === null ? undefined : await authorization.authorise(wallet.userId)
    const didUpdate = await beginConfiguration(services, registry, actor, wallet, input, method)
    return runSteps({ ...run, configuration: didUpdate, signer })
  })
}

/** Returns undefined if no key stored here can change the DID. */
async function findUsableSigner(
  services: Services,
  registry: DidRegistry,
  wallet: IdentityRow,
  authorise: Authorise,
): Promise<DidSigner | undefined> {
  try {
    const signer = await signerOf(services, registry, wallet, authorise)
    return (await isDeactivated(services, registry, wallet, signer)) ? undefined : signer
  } catch (error) {
    if (isBillfoldError(error, 'identity.read-only')) return undefined
    throw error
  }
}

/**
 * Returns true if the signer may act for the authenticated controller. The controller may have transferred the DID
 * since the request was authenticated; the key of the new owner must not sign for them.
 */
function maySignFor(
  { adminDids }: IdentitySettings,
  { authority: controller }: ConfigurationAsker,
  { row }: DidSigner,
): boolean {
  return controller === undefined || adminDids.has(controller.did) || controller.address === row.address
}

/** Returns true if the owner is the zero address: the registry still accepts changes, but the document stays empty. */
async function isDeactivated(
  services: Services,
  registry: DidRegistry,
  { tenant, address }: IdentityRow,
  signer: DidSigner,
): Promise<boolean> {
  // The registry reports that a deactivated identity owns itself.
  if (signer.row.address !== address) return false
  const { events } = await registry.history(services, tenant, address)
  return events.some((event) => event.kind === 'owner' && event.owner === zeroAddress)
}

/**
 * Returns the update that transferred the DID if the request repeats it: its last change was made, but the process may
 * have ended before it could reply.
 *
 * @throws BillfoldError `did-wallet.read-only`
 */
async function findCompletedTransfer(
  services: Services,
  wallet: IdentityRow,
  input: ConfigurationInput,
): Promise<ConfigurationRow> {
  const didUpdate = await begunBefore(services, wallet, input)
  if (didUpdate === undefined) throw new BillfoldError('identity.read-only')
  return didUpdate
}

async function runSteps(run: StepRun): Promise<ConfigurationOutcome> {
  const { services, configuration: didUpdate } = run
  for (const step of await stepsOf(services, didUpdate.id)) {
    if (step.state === 'mined') continue
    const error = await runStep(run, step)
    if (error === undefined) continue
    await saveState(run, 'stopped')
    return { steps: await stepsOf(services, didUpdate.id), failure: error }
  }
  await saveState(run, 'done')
  return { steps: await stepsOf(services, didUpdate.id), failure: undefined }
}

/** Stores the final state; if another process was faster, its state remains. */
async function saveState(run: StepRun, state: 'stopped' | 'done'): Promise<void> {
  const { services, actor, identity: wallet } = run
  const updatedAt = services.now()
  const change = update(configurations, {
    where: { id: run.configuration.id, state: { in: unfinished } },
    set: { state, movedAt: updatedAt },
  })
  try {
    await services.storage.commit(
      batch(change, auditRecord(actor, `identity.configuration-${state}`, wallet.id, updatedAt)),
    )
  } catch (error) {
    if (!isCommitError(error)) throw error
  }
}

import type { CustodyServices } from '../../custody/services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { parseDid } from '../registries/did.ts'
import { zeroAddress } from '../registries/address.ts'
import { type DidRegistry, selectRegistry } from '../registries/registry.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { batch, isCommitError, update } from '../../kernel/storage/index.ts'
import type { AuthorizeUser } from '../vaults/sealing-scope.ts'
import type { WalletConfig } from '../vaults/wallet-config.ts'
import { findResumableUpdate, startDidUpdate, type DidUpdateInput } from './start-did-update.ts'
import { type DidUpdateRow, type DidUpdateStepRow, listUpdateSteps, unfinishedUpdateStates } from './did-update-rows.ts'
import type { AuthenticatedDid } from './did-auth/verify.ts'
import { planChanges } from './planned-change.ts'
import { runUpdateStep, type UpdateStepContext } from './run-update-step.ts'
import type { DidWalletRow } from './seal-key.ts'
import type { DidWalletSettings } from './settings.ts'
import { type DidSigner, getDidSigner } from './sign-hash.ts'
import { didUpdates } from './tables.ts'

/** The result of a DID update: its steps in their current states, and the error it stopped with, if any. */
export interface DidUpdateResult {
  readonly steps: readonly DidUpdateStepRow[]
  readonly error: BillfoldError | undefined
}

/** The authorization of a DID update. */
export interface DidUpdateAuthorization {
  /** Authorizes the use of a user's key with one of the user's signing methods. */
  readonly authorize: AuthorizeUser
  /** The authenticated controller of the DID. Without one, any key stored here may sign. */
  readonly controller?: AuthenticatedDid
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
export async function updateDid(
  services: CustodyServices,
  settings: DidWalletSettings,
  actor: Actor,
  wallet: DidWalletRow,
  request: Pick<WalletConfig, 'apiUrl' | 'txsInput'>,
  authorization: DidUpdateAuthorization,
): Promise<DidUpdateResult> {
  const changes = planChanges(request.txsInput ?? [])
  if (changes.length === 0) return { steps: [], error: undefined }
  const registry = selectRegistry(settings.registries, parseDid(wallet.did))
  if (request.apiUrl !== undefined) registry.assertApiUrlAllowed(request.apiUrl)
  const { address, tenant } = wallet
  const owner = await registry.identityOwner(services, tenant, address)
  // The changes of one owner share a nonce sequence. The mutex avoids conflicts within the process.
  return services.ownerMutex(`owner of DIDs ${tenant} ${owner}`, async () => {
    const input = { changes, apiUrl: request.apiUrl }
    const run = { services, settings, registry, actor, wallet }
    const storedSigner = await findUsableSigner(services, registry, wallet, authorization.authorize)
    const signer =
      storedSigner !== undefined && maySignFor(settings, authorization, storedSigner) ? storedSigner : undefined
    if (signer === undefined)
      return runSteps({ ...run, didUpdate: await findCompletedTransfer(services, wallet, input) })
    const method = wallet.userId === null ? undefined : await authorization.authorize(wallet.userId)
    const didUpdate = await startDidUpdate(services, registry, actor, wallet, input, method)
    return runSteps({ ...run, didUpdate: didUpdate, signer })
  })
}

/** Returns undefined if no key stored here can change the DID. */
async function findUsableSigner(
  services: CustodyServices,
  registry: DidRegistry,
  wallet: DidWalletRow,
  authorise: AuthorizeUser,
): Promise<DidSigner | undefined> {
  try {
    const signer = await getDidSigner(services, registry, wallet, authorise)
    return (await isDeactivated(services, registry, wallet, signer)) ? undefined : signer
  } catch (error) {
    if (isBillfoldError(error, 'did-wallet.read-only')) return undefined
    throw error
  }
}

/**
 * Returns true if the signer may act for the authenticated controller. The controller may have transferred the DID
 * since the request was authenticated; the key of the new owner must not sign for them.
 */
function maySignFor(
  { adminDids }: DidWalletSettings,
  { controller }: DidUpdateAuthorization,
  { wallet }: DidSigner,
): boolean {
  return controller === undefined || adminDids.has(controller.did) || controller.address === wallet.address
}

/** Returns true if the owner is the zero address: the registry still accepts changes, but the document stays empty. */
async function isDeactivated(
  services: CustodyServices,
  registry: DidRegistry,
  { tenant, address }: DidWalletRow,
  signer: DidSigner,
): Promise<boolean> {
  // The registry reports that a deactivated identity owns itself.
  if (signer.wallet.address !== address) return false
  const { events } = await registry.getHistory(services, tenant, address)
  return events.some((event) => event.kind === 'owner' && event.owner === zeroAddress)
}

/**
 * Returns the update that transferred the DID if the request repeats it: its last change was made, but the process may
 * have ended before it could reply.
 *
 * @throws BillfoldError `did-wallet.read-only`
 */
async function findCompletedTransfer(
  services: CustodyServices,
  wallet: DidWalletRow,
  input: DidUpdateInput,
): Promise<DidUpdateRow> {
  const didUpdate = await findResumableUpdate(services, wallet, input)
  if (didUpdate === undefined) throw new BillfoldError('did-wallet.read-only')
  return didUpdate
}

async function runSteps(run: UpdateStepContext): Promise<DidUpdateResult> {
  const { services, didUpdate } = run
  for (const step of await listUpdateSteps(services, didUpdate.id)) {
    if (step.state === 'mined') continue
    const error = await runUpdateStep(run, step)
    if (error === undefined) continue
    await saveState(run, 'stopped')
    return { steps: await listUpdateSteps(services, didUpdate.id), error: error }
  }
  await saveState(run, 'done')
  return { steps: await listUpdateSteps(services, didUpdate.id), error: undefined }
}

/** Stores the final state; if another process was faster, its state remains. */
async function saveState(run: UpdateStepContext, state: 'stopped' | 'done'): Promise<void> {
  const { services, actor, wallet } = run
  const updatedAt = services.now()
  const change = update(didUpdates, {
    where: { id: run.didUpdate.id, state: { in: unfinishedUpdateStates } },
    set: { state, updatedAt: updatedAt },
  })
  try {
    await services.storage.commit(batch(change, auditWrite(actor, `did-wallet.update-${state}`, wallet.id, updatedAt)))
  } catch (error) {
    if (!isCommitError(error)) throw error
  }
}

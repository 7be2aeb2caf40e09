import type { CustodyServices } from '../../custody/services.ts'
import { authorizeAct } from '../../platform/acts/authorize-act.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { withOwnerLock } from '../../identity/signing-methods/owner.ts'
import type { AuthorizedMethod } from '../../identity/signing-methods/authorized-method.ts'
import type { DidRegistry } from '../registries/registry.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, check, insert, update, type Write } from '../../kernel/storage/index.ts'
import { type SealingScope, getSealingScope } from '../vaults/sealing-scope.ts'
import {
  type DidUpdateRow,
  computeUpdateFingerprint,
  findDidUpdate,
  type DidUpdateStepRow,
  listUpdateSteps,
  unfinishedUpdateStates,
} from './did-update-rows.ts'
import { assertDidWalletQuota } from './create.ts'
import { buildDelegateWallet } from './new-did-wallet.ts'
import { getDidWalletById } from './find.ts'
import type { PlannedChange } from './planned-change.ts'
import type { DidWalletRow } from './seal-key.ts'
import { didUpdateSteps, didUpdates, didWallets } from './tables.ts'

/**
 * Milliseconds in which repeating a completed request returns the same result; the first response may have been lost.
 */
const repeatWindowMs = 10 * 60 * 1000

/** Milliseconds without progress after which a running update counts as abandoned. */
const abandonedAfterMs = 2 * 60 * 1000

/** The requested changes of a DID update. */
export interface DidUpdateInput {
  readonly changes: readonly PlannedChange[]
  readonly apiUrl: string | undefined
}

/**
 * Starts a DID update, or resumes the newest one if it has the same changes and is unfinished or just completed. A
 * wallet has at most one unfinished update.
 *
 * @throws BillfoldError `did-update.in-progress` while another update is running or has a step that may still be mined,
 *   `did-wallet.not-found`, `user.limit-reached`
 */
export function startDidUpdate(
  services: CustodyServices,
  registry: DidRegistry,
  actor: Actor,
  wallet: DidWalletRow,
  input: DidUpdateInput,
  method: AuthorizedMethod | undefined,
): Promise<DidUpdateRow> {
  const fingerprint = computeUpdateFingerprint(input.changes, input.apiUrl)
  return withOwnerLock(services, wallet.userId ?? wallet.id, async () => {
    const row = await getDidWalletById(services, wallet.tenant, wallet.id)
    const newest = await findDidUpdate(services, row.latestUpdateId)
    if (newest !== undefined && newest.fingerprint === fingerprint && isResumable(newest, services.now())) return newest
    if (newest !== undefined) await assertReplaceable(services, registry, newest)
    return replaceWith(services, actor, row, newest, buildDidUpdate(services, row, fingerprint, input), input, method)
  })
}

/** Finds the newest update if it has the same changes and can be resumed. */
export async function findResumableUpdate(
  services: CustodyServices,
  { tenant, id }: DidWalletRow,
  { changes, apiUrl }: DidUpdateInput,
): Promise<DidUpdateRow | undefined> {
  const row = await getDidWalletById(services, tenant, id)
  const newest = await findDidUpdate(services, row.latestUpdateId)
  const canResume =
    newest?.fingerprint === computeUpdateFingerprint(changes, apiUrl) && isResumable(newest, services.now())
  return canResume ? newest : undefined
}

function isResumable({ state, updatedAt }: DidUpdateRow, now: number): boolean {
  return unfinishedUpdateStates.includes(state) || (state === 'done' && now - updatedAt < repeatWindowMs)
}

/** Checks that no step of the update can still be mined after it is superseded. */
async function assertReplaceable(services: CustodyServices, registry: DidRegistry, row: DidUpdateRow): Promise<void> {
  if (!unfinishedUpdateStates.includes(row.state)) return
  const retryAfterSeconds = Math.ceil(abandonedAfterMs / 1000)
  if (row.state === 'running' && services.now() - row.updatedAt < abandonedAfterMs)
    throw new BillfoldError('did-update.in-progress', { retryAfterSeconds })
  for (const { operationId, state } of await listUpdateSteps(services, row.id)) {
    if (state === 'mined') continue
    const status = await registry.findOperationStatus(services, row.tenant, operationId)
    if (status?.state === 'sent') throw new BillfoldError('did-update.in-progress', { retryAfterSeconds })
  }
}

async function replaceWith(
  services: CustodyServices,
  actor: Actor,
  wallet: DidWalletRow,
  newest: DidUpdateRow | undefined,
  didUpdate: DidUpdateRow,
  { changes }: DidUpdateInput,
  method: AuthorizedMethod | undefined,
): Promise<DidUpdateRow> {
  const newKeys = changes.filter((change) => change.kind === 'delegate' && change.address === null).length
  const scope = newKeys === 0 ? noScope : await getSealingScope(services, wallet.userId, method)
  if (newKeys > 0) await assertDidWalletQuota(services, wallet.userId, newKeys)
  const counted = await authorizeAct(services, () => ({
    kind: 'did-update',
    actor,
    userId: wallet.userId,
    walletId: wallet.id,
    method: method && { id: method.row.id, type: method.row.type },
    content: didUpdate.fingerprint,
  }))
  const steps = []
  for (const [position, change] of changes.entries())
    steps.push(await buildStep(services, actor, wallet, didUpdate, position, change, scope))
  const { id, latestUpdateId } = wallet
  await services.storage.commit(
    batch(
      update(didWallets, { where: { id, state: 'live', latestUpdateId }, set: { latestUpdateId: didUpdate.id } }),
      ...(newest === undefined ? [] : [supersede(newest)]),
      insert(didUpdates, didUpdate),
      ...(newKeys > 0 ? scope.writes : []),
      ...steps.flatMap(({ row, writes }) => [...writes, insert(didUpdateSteps, row)]),
      auditWrite(actor, 'did-wallet.update-started', id, didUpdate.createdAt, { steps: steps.length }),
      ...counted,
    ),
  )
  return didUpdate
}

const noScope: SealingScope = { secret: undefined, writes: [] }

/** Fails if the update has progressed since it was read. */
function supersede({ id, state, updatedAt }: DidUpdateRow): Write {
  if (!unfinishedUpdateStates.includes(state)) return check(didUpdates, { where: { id, state } })
  return update(didUpdates, { where: { id, state, updatedAt }, set: { state: 'superseded' } })
}

function buildDidUpdate(
  services: CustodyServices,
  { id, tenant }: DidWalletRow,
  fingerprint: string,
  { apiUrl }: DidUpdateInput,
): DidUpdateRow {
  const now = services.now()
  return {
    id: newId(),
    tenant,
    didWalletId: id,
    fingerprint: fingerprint,
    apiUrl: apiUrl ?? null,
    state: 'running',
    createdAt: now,
    updatedAt: now,
  }
}

async function buildStep(
  services: CustodyServices,
  actor: Actor,
  wallet: DidWalletRow,
  didUpdate: DidUpdateRow,
  position: number,
  change: PlannedChange,
  scope: SealingScope,
): Promise<{ readonly row: DidUpdateStepRow; readonly writes: readonly Write[] }> {
  const delegateWallet =
    change.kind === 'delegate' && change.address === null
      ? await buildDelegateWallet(services, actor, wallet, scope, newId())
      : undefined
  const changeWithAddress = delegateWallet === undefined ? change : { ...change, address: delegateWallet.row.address }
  const row: DidUpdateStepRow = {
    id: newId(),
    tenant: wallet.tenant,
    updateId: didUpdate.id,
    position,
    operationId: newId(),
    change: JSON.stringify(changeWithAddress),
    state: 'waiting',
    failureCode: null,
    transactionHash: null,
    delegateWalletId: delegateWallet?.row.id ?? null,
  }
  return { row, writes: delegateWallet?.writes ?? [] }
}

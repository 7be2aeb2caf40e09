import { type Actor, auditRecord } from '../audit/record.ts'
import { decideFor } from '../credentials/decide-for.ts'
import type { OpenedMethod } from '../credentials/unlock.ts'
import type { DidRegistry } from '../dids/registry.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, check, insert, update, type Write } from '../storage/index.ts'
import { type Holding, holdingOf } from '../vaults/holder.ts'
import {
  type ConfigurationRow,
  contentHash,
  findConfiguration,
  type StepRow,
  stepsOf,
  unfinished,
} from './configuration-rows.ts'
import { assertRoom } from './create.ts'
import { delegateIdentity } from './new-identity.ts'
import { findIdentityById } from './find.ts'
import type { PlannedChange } from './planned-change.ts'
import type { IdentityRow } from './seal-key.ts'
import { configurationSteps, configurations, identities } from './tables.ts'

/**
 * Milliseconds in which repeating a completed request returns the same result; the first response may have been lost.
 */
const repeatWindowMs = 10 * 60 * 1000

/** Milliseconds without progress after which a running update counts as abandoned. */
const abandonedAfterMs = 2 * 60 * 1000

/** The requested changes of a DID update. */
export interface ConfigurationInput {
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
export function beginConfiguration(
  services: Services,
  registry: DidRegistry,
  actor: Actor,
  wallet: IdentityRow,
  input: ConfigurationInput,
  method: OpenedMethod | undefined,
): Promise<ConfigurationRow> {
  const fingerprint = contentHash(input.changes, input.apiUrl)
  return decideFor(services, wallet.userId ?? wallet.id, async () => {
    const row = await findIdentityById(services, wallet.tenant, wallet.id)
    const newest = await findConfiguration(services, row.configurationId)
    if (newest !== undefined && newest.contentHash === fingerprint && isResumable(newest, services.now())) return newest
    if (newest !== undefined) await assertReplaceable(services, registry, newest)
    return replaceWith(services, actor, row, newest, buildDidUpdate(services, row, fingerprint, input), input, method)
  })
}

/** Finds the newest update if it has the same changes and can be resumed. */
export async function begunBefore(
  services: Services,
  { tenant, id }: IdentityRow,
  { changes, apiUrl }: ConfigurationInput,
): Promise<ConfigurationRow | undefined> {
  const row = await findIdentityById(services, tenant, id)
  const newest = await findConfiguration(services, row.configurationId)
  const canResume = newest?.contentHash === contentHash(changes, apiUrl) && isResumable(newest, services.now())
  return canResume ? newest : undefined
}

function isResumable({ state, movedAt }: ConfigurationRow, now: number): boolean {
  return unfinished.includes(state) || (state === 'done' && now - movedAt < repeatWindowMs)
}

/** Checks that no step of the update can still be mined after it is superseded. */
async function assertReplaceable(services: Services, registry: DidRegistry, row: ConfigurationRow): Promise<void> {
  if (!unfinished.includes(row.state)) return
  const retryAfterSeconds = Math.ceil(abandonedAfterMs / 1000)
  if (row.state === 'running' && services.now() - row.movedAt < abandonedAfterMs)
    throw new BillfoldError('identity.configuring', { retryAfterSeconds })
  for (const { attemptId, state } of await stepsOf(services, row.id)) {
    if (state === 'mined') continue
    const status = await registry.stepState(services, row.tenant, attemptId)
    if (status?.state === 'sent') throw new BillfoldError('identity.configuring', { retryAfterSeconds })
  }
}

async function replaceWith(
  services: Services,
  actor: Actor,
  wallet: IdentityRow,
  newest: ConfigurationRow | undefined,
  didUpdate: ConfigurationRow,
  { changes }: ConfigurationInput,
  method: OpenedMethod | undefined,
): Promise<ConfigurationRow> {
  const newKeys = changes.filter((change) => change.kind === 'delegate' && change.address === null).length
  const scope = newKeys === 0 ? noScope : await holdingOf(services, wallet.userId, method)
  if (newKeys > 0) await assertRoom(services, wallet.userId, newKeys)
  const steps = []
  for (const [position, change] of changes.entries())
    steps.push(await buildStep(services, actor, wallet, didUpdate, position, change, scope))
  const { id, configurationId } = wallet
  await services.storage.commit(
    batch(
      update(identities, { where: { id, state: 'live', configurationId }, set: { configurationId: didUpdate.id } }),
      ...(newest === undefined ? [] : [supersede(newest)]),
      insert(configurations, didUpdate),
      ...(newKeys > 0 ? scope.writes : []),
      ...steps.flatMap(({ row, writes }) => [...writes, insert(configurationSteps, row)]),
      auditRecord(actor, 'identity.configuration-begun', id, didUpdate.createdAt, { steps: steps.length }),
    ),
  )
  return didUpdate
}

const noScope: Holding = { secret: undefined, writes: [] }

/** Fails if the update has progressed since it was read. */
function supersede({ id, state, movedAt }: ConfigurationRow): Write {
  if (!unfinished.includes(state)) return check(configurations, { where: { id, state } })
  return update(configurations, { where: { id, state, movedAt }, set: { state: 'superseded' } })
}

function buildDidUpdate(
  services: Services,
  { id, tenant }: IdentityRow,
  fingerprint: string,
  { apiUrl }: ConfigurationInput,
): ConfigurationRow {
  const now = services.now()
  return {
    id: newId(),
    tenant,
    identityId: id,
    contentHash: fingerprint,
    apiUrl: apiUrl ?? null,
    state: 'running',
    createdAt: now,
    movedAt: now,
  }
}

async function buildStep(
  services: Services,
  actor: Actor,
  wallet: IdentityRow,
  didUpdate: ConfigurationRow,
  position: number,
  change: PlannedChange,
  scope: Holding,
): Promise<{ readonly row: StepRow; readonly writes: readonly Write[] }> {
  const delegateWallet =
    change.kind === 'delegate' && change.address === null
      ? await delegateIdentity(services, actor, wallet, scope, newId())
      : undefined
  const changeWithAddress = delegateWallet === undefined ? change : { ...change, address: delegateWallet.row.address }
  const row: StepRow = {
    id: newId(),
    tenant: wallet.tenant,
    configurationId: didUpdate.id,
    position,
    attemptId: newId(),
    change: JSON.stringify(changeWithAddress),
    state: 'waiting',
    failure: null,
    transaction: null,
    delegateId: delegateWallet?.row.id ?? null,
  }
  return { row, writes: delegateWallet?.writes ?? [] }
}

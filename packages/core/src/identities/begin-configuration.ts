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

/** How long a repeat of what was just finished gets the same answer again, in milliseconds: its first answer may have been lost. */
const answeredAgain = 10 * 60 * 1000

/** How long a configuration that has not moved is taken for one that somebody still works on, in milliseconds. */
const abandonedAfter = 2 * 60 * 1000

/** What is asked for. */
export interface ConfigurationInput {
  readonly changes: readonly PlannedChange[]
  readonly apiUrl: string | undefined
}

/**
 * The configuration of a DID wallet that does what is asked for: the newest one, where it asks for the same and is not
 * finished (or only just), else a new one. A wallet has one at a time.
 * @throws BillfoldError `identity.configuring` while another one is at work or has a step that may still be made,
 *   `identity.unknown`, `user.full`
 */
export function beginConfiguration(
  services: Services,
  registry: DidRegistry,
  actor: Actor,
  identity: IdentityRow,
  input: ConfigurationInput,
  holder: OpenedMethod | undefined,
): Promise<ConfigurationRow> {
  const hash = contentHash(input.changes, input.apiUrl)
  return decideFor(services, identity.userId ?? identity.id, async () => {
    const row = await findIdentityById(services, identity.tenant, identity.id)
    const latest = await findConfiguration(services, row.configurationId)
    if (latest !== undefined && latest.contentHash === hash && goesOn(latest, services.now())) return latest
    if (latest !== undefined) await assertReplaceable(services, registry, latest)
    return replaceWith(services, actor, row, latest, newConfiguration(services, row, hash, input), input, holder)
  })
}

/** The configuration that was begun last, where it asks for just this and a repeat goes on with it. */
export async function begunBefore(
  services: Services,
  { tenant, id }: IdentityRow,
  { changes, apiUrl }: ConfigurationInput,
): Promise<ConfigurationRow | undefined> {
  const row = await findIdentityById(services, tenant, id)
  const latest = await findConfiguration(services, row.configurationId)
  const isSame = latest?.contentHash === contentHash(changes, apiUrl) && goesOn(latest, services.now())
  return isSame ? latest : undefined
}

function goesOn({ state, movedAt }: ConfigurationRow, now: number): boolean {
  return unfinished.includes(state) || (state === 'done' && now - movedAt < answeredAgain)
}

/** Whether nothing of it can happen any more once another one has taken its place. */
async function assertReplaceable(services: Services, registry: DidRegistry, row: ConfigurationRow): Promise<void> {
  if (!unfinished.includes(row.state)) return
  const retryAfterSeconds = Math.ceil(abandonedAfter / 1000)
  if (row.state === 'running' && services.now() - row.movedAt < abandonedAfter)
    throw new BillfoldError('identity.configuring', { retryAfterSeconds })
  for (const { attemptId, state } of await stepsOf(services, row.id)) {
    if (state === 'mined') continue
    const known = await registry.stepState(services, row.tenant, attemptId)
    if (known?.state === 'sent') throw new BillfoldError('identity.configuring', { retryAfterSeconds })
  }
}

async function replaceWith(
  services: Services,
  actor: Actor,
  identity: IdentityRow,
  latest: ConfigurationRow | undefined,
  made: ConfigurationRow,
  { changes }: ConfigurationInput,
  holder: OpenedMethod | undefined,
): Promise<ConfigurationRow> {
  const toMake = changes.filter((change) => change.kind === 'delegate' && change.address === null).length
  const holding = toMake === 0 ? noHolding : await holdingOf(services, identity.userId, holder)
  if (toMake > 0) await assertRoom(services, identity.userId, toMake)
  const steps = []
  for (const [position, change] of changes.entries())
    steps.push(await stepOf(services, actor, identity, made, position, change, holding))
  const { id, configurationId } = identity
  await services.storage.commit(
    batch(
      update(identities, { where: { id, state: 'live', configurationId }, set: { configurationId: made.id } }),
      ...(latest === undefined ? [] : [supersede(latest)]),
      insert(configurations, made),
      ...(toMake > 0 ? holding.writes : []),
      ...steps.flatMap(({ row, writes }) => [...writes, insert(configurationSteps, row)]),
      auditRecord(actor, 'identity.configuration-begun', id, made.createdAt, { steps: steps.length }),
    ),
  )
  return made
}

const noHolding: Holding = { secret: undefined, writes: [] }

/** Refused when it has moved since it was looked at. */
function supersede({ id, state, movedAt }: ConfigurationRow): Write {
  if (!unfinished.includes(state)) return check(configurations, { where: { id, state } })
  return update(configurations, { where: { id, state, movedAt }, set: { state: 'superseded' } })
}

function newConfiguration(
  services: Services,
  { id, tenant }: IdentityRow,
  hash: string,
  { apiUrl }: ConfigurationInput,
): ConfigurationRow {
  const now = services.now()
  return {
    id: newId(),
    tenant,
    identityId: id,
    contentHash: hash,
    apiUrl: apiUrl ?? null,
    state: 'running',
    createdAt: now,
    movedAt: now,
  }
}

async function stepOf(
  services: Services,
  actor: Actor,
  identity: IdentityRow,
  configuration: ConfigurationRow,
  position: number,
  change: PlannedChange,
  holding: Holding,
): Promise<{ readonly row: StepRow; readonly writes: readonly Write[] }> {
  const made =
    change.kind === 'delegate' && change.address === null
      ? await delegateIdentity(services, actor, identity, holding, newId())
      : undefined
  const settled = made === undefined ? change : { ...change, address: made.row.address }
  const row: StepRow = {
    id: newId(),
    tenant: identity.tenant,
    configurationId: configuration.id,
    position,
    attemptId: newId(),
    change: JSON.stringify(settled),
    state: 'waiting',
    failure: null,
    transaction: null,
    delegateId: made?.row.id ?? null,
  }
  return { row, writes: made?.writes ?? [] }
}

import { type Actor, auditRecord } from '../audit/record.ts'
import { parseDid } from '../dids/did.ts'
import { zeroAddress } from '../dids/address.ts'
import type { DidRegistry } from '../dids/registry.ts'
import { registryFor } from '../dids/registry-for.ts'
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

/** How a configuration went: its steps as they are now, and what it stopped with, if it did. */
export interface ConfigurationOutcome {
  readonly steps: readonly StepRow[]
  readonly failure: BillfoldError | undefined
}

/** By whose word a DID is changed. */
export interface ConfigurationAsker {
  /** Opens the key of a user. */
  readonly authorise: Authorise
  /** Who controlled the DID when the request came. Without one, whatever key is held here may sign. */
  readonly authority?: DidAuthority
}

/**
 * Makes changes to the registry's entry of a DID, one after the other, that of the owner last. When one of them cannot be
 * made, those before it stay; asking for the same again goes on from there, in whichever process, and makes none twice.
 * @throws BillfoldError `identity.read-only`, `identity.configuring`, `did.unknown-network`, `did.api-url-not-allowed`, `user.full`,
 *   `signing-method.required`, `signing-method.invalid`; what a step meets is not thrown but part of the outcome
 */
export async function configureIdentity(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  identity: IdentityRow,
  config: Pick<WalletConfig, 'apiUrl' | 'txsInput'>,
  asker: ConfigurationAsker,
): Promise<ConfigurationOutcome> {
  const changes = plannedChanges(config.txsInput ?? [])
  if (changes.length === 0) return { steps: [], failure: undefined }
  const registry = registryFor(settings.registries, parseDid(identity.did))
  if (config.apiUrl !== undefined) registry.checkApiUrl(config.apiUrl)
  const { address, tenant } = identity
  const owner = await registry.identityOwner(services, tenant, address)
  // The changes of one owner are numbered: those of one process wait for each other, so that only processes clash.
  return services.ownerTurns(`owner of DIDs ${tenant} ${owner}`, async () => {
    const input = { changes, apiUrl: config.apiUrl }
    const run = { services, settings, registry, actor, identity }
    const held = await signerIfHeld(services, registry, identity, asker.authorise)
    const signer = held !== undefined && speaksFor(settings, asker, held) ? held : undefined
    if (signer === undefined) return runSteps({ ...run, configuration: await givenAway(services, identity, input) })
    const holder = identity.userId === null ? undefined : await asker.authorise(identity.userId)
    const configuration = await beginConfiguration(services, registry, actor, identity, input, holder)
    return runSteps({ ...run, configuration, signer })
  })
}

/** Undefined where nobody here can change the DID any more. */
async function signerIfHeld(
  services: Services,
  registry: DidRegistry,
  identity: IdentityRow,
  authorise: Authorise,
): Promise<DidSigner | undefined> {
  try {
    const signer = await signerOf(services, registry, identity, authorise)
    return (await isDeactivated(services, registry, identity, signer)) ? undefined : signer
  } catch (error) {
    if (isBillfoldError(error, 'identity.read-only')) return undefined
    throw error
  }
}

/** Who controlled the DID when the request came may have given it away since: the key of another owner signs nothing for them. */
function speaksFor({ adminDids }: IdentitySettings, { authority }: ConfigurationAsker, { row }: DidSigner): boolean {
  return authority === undefined || adminDids.has(authority.did) || authority.address === row.address
}

/** Whether the DID was given to nobody: the registry takes changes of it still, but its document stays empty. */
async function isDeactivated(
  services: Services,
  registry: DidRegistry,
  { tenant, address }: IdentityRow,
  signer: DidSigner,
): Promise<boolean> {
  // Of one that was, the registry says that it owns itself.
  if (signer.row.address !== address) return false
  const { events } = await registry.history(services, tenant, address)
  return events.some((event) => event.kind === 'owner' && event.owner === zeroAddress)
}

/**
 * The configuration that gave the DID away, where that is what is asked for again: its last change was made, and whoever
 * made it may have ended before it could say so. @throws BillfoldError `identity.read-only`
 */
async function givenAway(
  services: Services,
  identity: IdentityRow,
  input: ConfigurationInput,
): Promise<ConfigurationRow> {
  const configuration = await begunBefore(services, identity, input)
  if (configuration === undefined) throw new BillfoldError('identity.read-only')
  return configuration
}

async function runSteps(run: StepRun): Promise<ConfigurationOutcome> {
  const { services, configuration } = run
  for (const step of await stepsOf(services, configuration.id)) {
    if (step.state === 'mined') continue
    const failure = await runStep(run, step)
    if (failure === undefined) continue
    await settle(run, 'stopped')
    return { steps: await stepsOf(services, configuration.id), failure }
  }
  await settle(run, 'done')
  return { steps: await stepsOf(services, configuration.id), failure: undefined }
}

/** Keeps how it ended; where another process was faster, what that one kept stays. */
async function settle(run: StepRun, state: 'stopped' | 'done'): Promise<void> {
  const { services, actor, identity } = run
  const now = services.now()
  const change = update(configurations, {
    where: { id: run.configuration.id, state: { in: unfinished } },
    set: { state, movedAt: now },
  })
  try {
    await services.storage.commit(
      batch(change, auditRecord(actor, `identity.configuration-${state}`, identity.id, now)),
    )
  } catch (error) {
    if (!isCommitError(error)) throw error
  }
}

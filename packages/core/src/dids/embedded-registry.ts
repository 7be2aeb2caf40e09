import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Actor, auditRecord } from '../audit/record.ts'
import type { RecoverableSignature } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { ChainServices } from '../services.ts'
import { batch, decide, insert, StaleRead, update, type RowOf, type Write } from '../storage/index.ts'
import { checkChange } from './change-check.ts'
import { checkSignature, digestOf } from './digest.ts'
import { changeRow, eventOf } from './embedded-events.ts'
import { didLimits } from './limits.ts'
import type { Address, DidRegistry, PreparedChange, RegistryHistory, StepState } from './registry.ts'
import { checkStepId } from './step-id.ts'
import { didChanges, didIdentities, didNonces } from './tables.ts'

/** What the embedded registry can be told. */
export interface EmbeddedRegistryOptions {
  /** The EIP-155 chain id that accounts in DID documents are named with: 1, whose accounts are what most verifiers know. */
  readonly chainId?: number | bigint
  /** The network segments of DIDs that are kept here: none, so that it is the registry of DIDs without one. */
  readonly networks?: readonly string[]
}

type IdentityRow = RowOf<typeof didIdentities>

/**
 * A registry in the storage that behaves as the contract of ERC-1056 does: the same owners, nonces and signatures, the same
 * events in the same order. Each tenant has one of its own, under an address of its own, so that nothing that was signed
 * for one is good in another.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { embeddedRegistry } from '@billfold/core/dids'
 *
 * const dids = { registries: [embeddedRegistry({ networks: ['example'] })] } // did:ethr:example:0x…
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring(), dids })
 * ```
 */
export function embeddedRegistry(options: EmbeddedRegistryOptions = {}): DidRegistry {
  return {
    networks: options.networks ?? [],
    chainId: BigInt(options.chainId ?? 1),
    clients: {},
    checkApiUrl: () => {
      throw new BillfoldError('did.api-url-not-allowed')
    },
    identityOwner: async (services, tenant, identity) =>
      ownerOf(identity, await identityRow(services, tenant, identity)),
    history,
    prepare: async (services, tenant, identity, change) => {
      checkChange(identity, change)
      const signer = ownerOf(identity, await identityRow(services, tenant, identity))
      const nonce = BigInt((await countSigned(services, tenant, signer)) ?? 0)
      return { identity, change, signer, nonce, digest: digestOf(addressFor(tenant), nonce, identity, change) }
    },
    submit: (services, actor, stepId, prepared, signature, { apiUrl } = {}) => {
      if (apiUrl !== undefined) throw new BillfoldError('did.api-url-not-allowed')
      return submit(services, actor, stepId, prepared, signature)
    },
    stepState,
  }
}

/** The address that stands for the contract in what is signed for a tenant. */
function addressFor(tenant: string): Address {
  const hash = keccak_256(Buffer.from(`billfold embedded registry ${tenant}`, 'utf8'))
  return `0x${Buffer.from(hash.subarray(12)).toString('hex')}`
}

async function identityRow(
  services: ChainServices,
  tenant: string,
  identity: Address,
): Promise<IdentityRow | undefined> {
  const [row] = await services.storage.find(didIdentities, { where: { tenant, identity }, limit: 1 })
  return row
}

function ownerOf(identity: Address, row: IdentityRow | undefined): Address {
  return row?.owner ?? identity
}

async function countSigned(services: ChainServices, tenant: string, owner: Address): Promise<number | undefined> {
  const [row] = await services.storage.find(didNonces, { where: { tenant, owner }, limit: 1 })
  return row?.nonce
}

async function history(services: ChainServices, tenant: string, identity: Address): Promise<RegistryHistory> {
  const rows = await services.storage.find(didChanges, {
    where: { tenant, identity },
    orderBy: [['version', 'asc']],
    limit: didLimits.changes + 1,
  })
  if (rows.length > didLimits.changes) throw new BillfoldError('did.too-many-changes')
  return {
    events: rows.map(eventOf),
    timeOf: async (version) => rows.find((row) => row.version === version)?.changedAt ?? 0,
  }
}

async function stepState(services: ChainServices, tenant: string, stepId: string): Promise<StepState | undefined> {
  const [row] = await services.storage.find(didChanges, { where: { tenant, stepId }, limit: 1 })
  return row && { state: 'mined', version: row.version }
}

async function submit(
  services: ChainServices,
  actor: Actor,
  stepId: string,
  prepared: PreparedChange,
  signature: RecoverableSignature,
): Promise<StepState> {
  checkStepId(stepId)
  checkChange(prepared.identity, prepared.change)
  const { tenant } = actor
  return decide(async () => {
    const earlier = await stepState(services, tenant, stepId)
    if (earlier !== undefined) return earlier
    checkSignature(addressFor(tenant), prepared, signature)
    const { identity, change, signer } = prepared
    const row = await identityRow(services, tenant, identity)
    const counted = await countSigned(services, tenant, signer)
    if (ownerOf(identity, row) !== signer || BigInt(counted ?? 0) !== prepared.nonce) {
      // The same step, in another process, may have come between the two reads.
      if ((await stepState(services, tenant, stepId)) !== undefined) throw new StaleRead('the step was made meanwhile')
      throw new BillfoldError('did.change-stale')
    }
    const version = (row?.version ?? 0) + 1
    if (version > mostVersions(change.kind)) throw new BillfoldError('did.too-many-changes')
    // Time never runs backwards in a registry, even where the clocks of two processes differ.
    const now = Math.max(Math.floor(services.now() / 1000), row?.changedAt ?? 0)
    const made = changeRow(change, { tenant, identity, version, stepId, changedAt: now })
    const next = { tenant, identity, owner: change.kind === 'owner' ? ownerAfter(identity, change.newOwner) : signer }
    await services.storage.commit(
      batch(
        identityWrite({ ...next, version, changedAt: now }, row),
        counted === undefined
          ? insert(didNonces, { tenant, owner: signer, nonce: 1 })
          : update(didNonces, { where: { tenant, owner: signer, nonce: counted }, set: { nonce: counted + 1 } }),
        insert(didChanges, made),
        auditRecord(actor, 'did.changed', identity, services.now(), { kind: change.kind, version, step: stepId }),
      ),
    )
    return { state: 'mined', version }
  })
}

/** An owner of zeros is none: the contract then takes the identity itself for its owner again. */
function ownerAfter(identity: Address, newOwner: Address): Address {
  return /^0x0+$/.test(newOwner) ? identity : newOwner
}

function identityWrite(row: IdentityRow, before: IdentityRow | undefined): Write {
  if (before === undefined) return insert(didIdentities, row)
  const { tenant, identity, version, owner } = before
  const { owner: newOwner, version: newVersion, changedAt } = row
  return update(didIdentities, {
    where: { tenant, identity, version, owner },
    set: { owner: newOwner, version: newVersion, changedAt },
  })
}

/** What takes a right away is still possible when nothing may be added. */
function mostVersions(kind: PreparedChange['change']['kind']): number {
  return kind === 'attribute' || kind === 'delegate' ? didLimits.additions : didLimits.changes
}

import type { ChainServices } from '../../../custody/services.ts'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import type { RecoverableSignature } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import {
  batch,
  retryOnConflict,
  insert,
  StaleReadError,
  update,
  type RowOf,
  type Write,
} from '../../../kernel/storage/index.ts'
import { assertValidChange } from '../validate-change.ts'
import { assertChangeSignature, computeChangeDigest } from '../change-digest.ts'
import { toChangeRow, toRegistryEvent } from './change-rows.ts'
import { didLimits } from '../limits.ts'
import {
  type Address,
  assertValidOperationId,
  type DidRegistry,
  type PreparedChange,
  type RegistryHistory,
  type OperationStatus,
} from '../registry.ts'
import { didChanges, didIdentities, didNonces } from './tables.ts'

/** Options of {@link embeddedRegistry}. */
export interface EmbeddedRegistryOptions {
  /** EIP-155 chain id for the account ids in DID documents. Defaults to 1 (mainnet), which most verifiers know. */
  readonly chainId?: number | bigint
  /**
   * Names of this registry in DIDs, such as `example` for `did:ethr:example:0x…`. It is a network of its own, so it cannot have the
   * name of a chain. Defaults to none: the registry of `did:spherity` without a network.
   */
  readonly networks?: readonly string[]
}

type IdentityRow = RowOf<typeof didIdentities>

/**
 * A DID registry in the storage with the semantics of an ERC-1056 contract: the same owners, nonces, signatures and
 * event order. Each tenant has a registry of its own under a different address, so a signature for one tenant is
 * invalid in another.
 *
 * @throws RangeError if `networks` names a chain
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
  const { networks = [] } = options
  if (networks.some((name) => name === 'mainnet' || name.startsWith('0x')))
    throw new RangeError('embeddedRegistry: `networks` must not name a chain, because the registry is not on it')
  return {
    networks,
    chainId: BigInt(options.chainId ?? 1),
    clients: {},
    assertApiUrlAllowed: () => {
      throw new BillfoldError('did.api-url-not-allowed')
    },
    identityOwner: async (services, tenant, identity) =>
      toOwner(identity, await findIdentity(services, tenant, identity)),
    getHistory: history,
    prepare: async (services, tenant, identity, change) => {
      assertValidChange(identity, change)
      const signer = toOwner(identity, await findIdentity(services, tenant, identity))
      const nonce = BigInt((await findNonce(services, tenant, signer)) ?? 0)
      return {
        identity,
        change,
        signer,
        nonce,
        digest: computeChangeDigest(registryAddress(tenant), nonce, identity, change),
      }
    },
    submit: (services, actor, operationId, prepared, signature, { apiUrl } = {}) => {
      if (apiUrl !== undefined) throw new BillfoldError('did.api-url-not-allowed')
      return submit(services, actor, operationId, prepared, signature)
    },
    findOperationStatus: stepState,
  }
}

/** The address that stands for the contract address in the signed data of a tenant. */
function registryAddress(tenant: string): Address {
  const hash = keccak_256(Buffer.from(`billfold embedded registry ${tenant}`, 'utf8'))
  return `0x${Buffer.from(hash.subarray(12)).toString('hex')}`
}

async function findIdentity(
  services: ChainServices,
  tenant: string,
  identity: Address,
): Promise<IdentityRow | undefined> {
  const [row] = await services.storage.find(didIdentities, { where: { tenant, identity }, limit: 1 })
  return row
}

function toOwner(identity: Address, row: IdentityRow | undefined): Address {
  return row?.owner ?? identity
}

async function findNonce(services: ChainServices, tenant: string, owner: Address): Promise<number | undefined> {
  const [row] = await services.storage.find(didNonces, { where: { tenant, owner }, limit: 1 })
  return row?.nonce
}

async function history(services: ChainServices, tenant: string, identity: Address): Promise<RegistryHistory> {
  const rows = await services.storage.find(didChanges, {
    where: { tenant, identity },
    orderBy: [['version', 'asc']],
    limit: didLimits.maxChanges + 1,
  })
  if (rows.length > didLimits.maxChanges) throw new BillfoldError('did.history-too-long')
  return {
    events: rows.map(toRegistryEvent),
    getTimestamp: async (version) => rows.find((row) => row.version === version)?.changedAt,
  }
}

async function stepState(
  services: ChainServices,
  tenant: string,
  operationId: string,
): Promise<OperationStatus | undefined> {
  const [row] = await services.storage.find(didChanges, { where: { tenant, operationId: operationId }, limit: 1 })
  return row && { state: 'mined', version: row.version }
}

async function submit(
  services: ChainServices,
  actor: Actor,
  operationId: string,
  prepared: PreparedChange,
  signature: RecoverableSignature,
): Promise<OperationStatus> {
  assertValidOperationId(operationId)
  assertValidChange(prepared.identity, prepared.change)
  const { tenant } = actor
  return retryOnConflict(async () => {
    const earlier = await stepState(services, tenant, operationId)
    if (earlier !== undefined) return earlier
    assertChangeSignature(registryAddress(tenant), prepared, signature)
    const { identity, change, signer } = prepared
    const row = await findIdentity(services, tenant, identity)
    const nonce = await findNonce(services, tenant, signer)
    if (toOwner(identity, row) !== signer || BigInt(nonce ?? 0) !== prepared.nonce) {
      // The same operation may have been submitted by another process between the two reads.
      if ((await stepState(services, tenant, operationId)) !== undefined)
        throw new StaleReadError('the operation was submitted concurrently')
      throw new BillfoldError('did.update-conflict')
    }
    const version = (row?.version ?? 0) + 1
    if (version > maxVersion(change.kind)) throw new BillfoldError('did.history-too-long')
    // Timestamps never decrease, even if the clocks of two processes differ.
    const now = Math.max(Math.floor(services.now() / 1000), row?.changedAt ?? 0)
    const newChange = toChangeRow(change, { tenant, identity, version, operationId: operationId, changedAt: now })
    const next = { tenant, identity, owner: change.kind === 'owner' ? ownerAfter(identity, change.newOwner) : signer }
    await services.storage.commit(
      batch(
        identityWrite({ ...next, version, changedAt: now }, row),
        nonce === undefined
          ? insert(didNonces, { tenant, owner: signer, nonce: 1 })
          : update(didNonces, { where: { tenant, owner: signer, nonce }, set: { nonce: nonce + 1 } }),
        insert(didChanges, newChange),
        auditWrite(actor, 'did.updated', identity, services.now(), {
          kind: change.kind,
          version,
          operation: operationId,
        }),
      ),
    )
    return { state: 'mined', version }
  })
}

/** An owner of zeros means no owner: the contract then treats the identity as its own owner again. */
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

/** Revocations remain possible after the limit of additions is reached. */
function maxVersion(kind: PreparedChange['change']['kind']): number {
  return kind === 'attribute' || kind === 'delegate' ? didLimits.maxChangesForAdditions : didLimits.maxChanges
}

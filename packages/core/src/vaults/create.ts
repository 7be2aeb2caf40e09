import { randomBytes } from 'node:crypto'
import { type Actor, auditRecord } from '../audit/record.ts'
import { decideFor } from '../credentials/decide-for.ts'
import type { OpenedMethod } from '../credentials/unlock.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert } from '../storage/index.ts'
import { findUser } from '../users/find.ts'
import { type Authorise, holdingOf } from './holder.ts'
import { sealEntropy, type VaultRow } from './seal-entropy.ts'
import { vaults } from './tables.ts'
import type { ThresholdSigner } from './threshold-signer.ts'
import type { WalletConfig } from './wallet-config.ts'

/** At most this many vaults a user: like wallets, they are sealed anew in one batch when a signing method is replaced. */
export const mostVaults = 10

/** What is said about a new vault. */
export interface VaultInput {
  /** `BIP44`: wallets derived from a seed. `MPC`: wallets whose keys a threshold signer shares out. */
  readonly kind: 'BIP44' | 'MPC'
  /** What its wallets are configured with unless a request says otherwise. */
  readonly walletConfig?: WalletConfig | undefined
  /** The user whose master secret seals the seed; without one the service holds it. */
  readonly userId?: string | undefined
}

/**
 * Makes a vault.
 * @throws BillfoldError `vault.mpc-unavailable` for an MPC vault where the host has no threshold signer, or for one of a user (a
 *   signer has keyrings of its own), `user.unknown`, `user.full`, `signing-method.required`, `signing-method.invalid`
 */
export async function createVault(
  services: Services,
  signer: ThresholdSigner | undefined,
  actor: Actor,
  input: VaultInput,
  authorise: Authorise,
): Promise<VaultRow> {
  const { kind, userId } = input
  if (kind === 'MPC' && (signer === undefined || userId !== undefined)) throw new BillfoldError('vault.mpc-unavailable')
  if (userId === undefined) return commitVault(services, actor, input, undefined)
  await findUser(services, actor.tenant, userId)
  const authority = await authorise(userId)
  return decideFor(services, userId, () => commitVault(services, actor, input, authority))
}

async function commitVault(
  services: Services,
  actor: Actor,
  input: VaultInput,
  authority: OpenedMethod | undefined,
): Promise<VaultRow> {
  const { kind, walletConfig } = input
  const userId = input.userId ?? null
  const { secret, writes } = await holdingOf(services, userId, authority)
  if (userId !== null) await assertRoom(services, userId)
  const own = { id: newId(), tenant: actor.tenant }
  const seed = kind === 'MPC' ? { generation: null, sealedEntropy: null } : await newSeed(services, own, secret)
  const row: VaultRow = {
    ...own,
    kind,
    userId,
    ...seed,
    nextIndex: 0,
    walletConfig: walletConfig === undefined ? null : JSON.stringify(walletConfig),
    createdAt: services.now(),
  }
  const record = auditRecord(actor, 'vault.created', row.id, row.createdAt, { kind })
  const told = eventWrites(services, row.tenant, 'vault.created', { vaultId: row.id, kind, userId })
  await services.storage.commit(batch(...writes, insert(vaults, row), record, ...told))
  return row
}

/** 128 bits: twelve words. */
async function newSeed(
  services: Services,
  own: Pick<VaultRow, 'id' | 'tenant'>,
  secret: Parameters<typeof sealEntropy>[3],
): Promise<Pick<VaultRow, 'generation' | 'sealedEntropy'>> {
  const entropy = randomBytes(16)
  const sealed = await sealEntropy(services, own, entropy, secret)
  entropy.fill(0)
  return sealed
}

async function assertRoom(services: Services, userId: string): Promise<void> {
  const rows = await services.storage.find(vaults, { where: { userId }, limit: mostVaults })
  if (rows.length >= mostVaults) throw new BillfoldError('user.full')
}

import type { CustodyServices } from '../../custody/services.ts'
import { randomBytes } from 'node:crypto'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { withOwnerLock } from '../../identity/signing-methods/owner.ts'
import type { AuthorizedMethod } from '../../identity/signing-methods/authorized-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert } from '../../kernel/storage/index.ts'
import { getUser } from '../../identity/users/find.ts'
import { type AuthorizeUser, getSealingScope } from './sealing-scope.ts'
import { sealVaultEntropy, type VaultRow } from './seal-entropy.ts'
import { vaults } from './tables.ts'
import type { ThresholdSigner } from './threshold-signer.ts'
import type { WalletConfig } from './wallet-config.ts'

/**
 * The maximum number of vaults per user. All rows sealed under a user's master secret are reencrypted in one batch when
 * it is rotated.
 */
export const maxVaultsPerUser = 10

/** A vault to create. */
export interface VaultInput {
  /** `BIP44`: keys are derived from a seed. `MPC`: keys are shared between the parties of a threshold signer. */
  readonly kind: 'BIP44' | 'MPC'
  /** The default configuration of the wallets in the vault. */
  readonly walletConfig?: WalletConfig | undefined
  /** The user whose master secret seals the seed; without one, the vault belongs to the service. */
  readonly userId?: string | undefined
}

/**
 * Creates a vault.
 *
 * @throws BillfoldError `vault.mpc-unavailable` for an MPC vault if the host has no threshold signer or the vault would
 *   belong to a user (a threshold signer has keyrings of its own), `user.not-found`, `user.limit-reached`,
 *   `signing-method.required`, `signing-method.invalid`
 */
export async function createVault(
  services: CustodyServices,
  signer: ThresholdSigner | undefined,
  actor: Actor,
  input: VaultInput,
  authorise: AuthorizeUser,
): Promise<VaultRow> {
  const { kind, userId } = input
  if (kind === 'MPC' && (signer === undefined || userId !== undefined)) throw new BillfoldError('vault.mpc-unavailable')
  if (userId === undefined) return commitVault(services, actor, input, undefined)
  await getUser(services, actor.tenant, userId)
  const method = await authorise(userId)
  return withOwnerLock(services, userId, () => commitVault(services, actor, input, method))
}

async function commitVault(
  services: CustodyServices,
  actor: Actor,
  input: VaultInput,
  method: AuthorizedMethod | undefined,
): Promise<VaultRow> {
  const { kind, walletConfig } = input
  const userId = input.userId ?? null
  const { secret, writes } = await getSealingScope(services, userId, method)
  if (userId !== null) await assertVaultQuota(services, userId)
  const vaultId = { id: newId(), tenant: actor.tenant }
  const seed =
    kind === 'MPC' ? { generation: null, sealedEntropy: null } : await generateSeed(services, vaultId, secret)
  const row: VaultRow = {
    ...vaultId,
    kind,
    userId,
    ...seed,
    nextIndex: 0,
    walletConfig: walletConfig === undefined ? null : JSON.stringify(walletConfig),
    createdAt: services.now(),
  }
  const record = auditWrite(actor, 'vault.created', row.id, row.createdAt, { kind })
  const events = eventWrites(services, row.tenant, 'vault.created', { vaultId: row.id, kind, userId })
  await services.storage.commit(batch(...writes, insert(vaults, row), record, ...events))
  return row
}

/** Generates and seals 128 bits of entropy: twelve words (BIP-39). */
async function generateSeed(
  services: CustodyServices,
  vaultId: Pick<VaultRow, 'id' | 'tenant'>,
  secret: Parameters<typeof sealVaultEntropy>[3],
): Promise<Pick<VaultRow, 'generation' | 'sealedEntropy'>> {
  const entropy = randomBytes(16)
  const sealed = await sealVaultEntropy(services, vaultId, entropy, secret)
  entropy.fill(0)
  return sealed
}

async function assertVaultQuota(services: CustodyServices, userId: string): Promise<void> {
  const rows = await services.storage.find(vaults, { where: { userId }, limit: maxVaultsPerUser })
  if (rows.length >= maxVaultsPerUser) throw new BillfoldError('user.limit-reached')
}

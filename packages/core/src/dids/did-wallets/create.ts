import type { CustodyServices } from '../../custody/services.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { withOwnerLock } from '../../identity/signing-methods/owner.ts'
import { selectRegistry } from '../registries/registry.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { update, type Write } from '../../kernel/storage/index.ts'
import { getUser } from '../../identity/users/find.ts'
import { parseDidMethod } from '../vaults/did-method.ts'
import { createKeyDerivation } from '../vaults/key-derivation.ts'
import { getVault } from '../vaults/find.ts'
import { type AuthorizeUser, type SealingScope, getSealingScope } from '../vaults/sealing-scope.ts'
import { openVaultEntropy, type VaultRow } from '../vaults/seal-entropy.ts'
import { vaults } from '../vaults/tables.ts'
import { destroyThresholdKey } from './destroy-keys.ts'
import { commitOrAliasTaken, buildDidWallet, type NewDidWallet } from './new-did-wallet.ts'
import { sealDerivedKey, type DidWalletKeyColumns, createRandomKey, createThresholdKey } from './create-key.ts'
import type { DidWalletRow } from './seal-key.ts'
import type { DidWalletSettings } from './settings.ts'
import { didWallets } from './tables.ts'

/**
 * The maximum number of DID wallets per user. All rows sealed under a user's master secret are reencrypted in one batch
 * of at most 1,000 writes when it is rotated.
 */
export const maxDidWalletsPerUser = 50

/** A DID wallet to create. */
export interface DidWalletInput {
  /** Defaults to the DID. */
  readonly alias?: string | undefined
  /** The vault that the key is derived in; without one the key is random. */
  readonly vaultId?: string | undefined
  /** The owner; without one the wallet belongs to the service. Wallets in a vault belong to the vault's owner. */
  readonly userId?: string | undefined
  readonly didMethod: string
}

/**
 * Creates a DID wallet. Nothing is written to a registry: an ERC-1056 DID exists as soon as its key does.
 *
 * @throws BillfoldError `did.invalid`, `did.unknown-network`, `did-wallet.alias-taken`, `did-wallet.alias-invalid`,
 *   `vault.not-found`, `vault.mpc-unavailable`, `user.not-found`, `user.limit-reached`, `signing-method.required`,
 *   `signing-method.invalid`
 */
export async function createDidWallet(
  services: CustodyServices,
  settings: DidWalletSettings,
  actor: Actor,
  input: DidWalletInput,
  authorise: AuthorizeUser,
): Promise<DidWalletRow> {
  const { tenant } = actor
  const { alias, didMethod } = input
  selectRegistry(settings.registries, parseDidMethod(didMethod))
  const vault = input.vaultId === undefined ? undefined : await getVault(services, tenant, input.vaultId)
  const userId = vault === undefined ? (input.userId ?? null) : vault.userId
  if (input.userId !== undefined && input.userId !== userId) throw new BillfoldError('vault.not-found')
  const newWallet: NewDidWallet = { id: newId(), tenant, userId, didMethod, alias }
  if (userId !== null) return createForUser(services, actor, newWallet, userId, vault, authorise)
  if (vault?.kind === 'BIP44') return settings.vaultBatcher(services, vault, { actor, newWallet: newWallet })
  if (vault !== undefined) return createWithThresholdKey(services, settings, actor, newWallet, vault.id)
  const { row, writes } = buildDidWallet(
    services,
    actor,
    newWallet,
    await createRandomKey(services, newWallet, undefined),
  )
  await commitOrAliasTaken(services, writes)
  return row
}

/** Creates a wallet in an MPC vault. If the wallet is rejected, its threshold key is destroyed again. */
async function createWithThresholdKey(
  services: CustodyServices,
  settings: DidWalletSettings,
  actor: Actor,
  newWallet: NewDidWallet,
  vaultId: string,
): Promise<DidWalletRow> {
  const columns = await createThresholdKey(settings.thresholdSigner, newWallet, vaultId)
  try {
    const { row, writes } = buildDidWallet(services, actor, newWallet, columns)
    await commitOrAliasTaken(services, writes)
    return row
  } catch (error) {
    // Only if the row certainly does not exist: after a commit with an unknown outcome, it may.
    const isRejected =
      isBillfoldError(error, 'did-wallet.alias-taken') || isBillfoldError(error, 'did-wallet.alias-invalid')
    if (isRejected) await destroyThresholdKey(services, settings, newWallet.id)
    throw error
  }
}

async function createForUser(
  services: CustodyServices,
  actor: Actor,
  newWallet: NewDidWallet,
  userId: string,
  vault: VaultRow | undefined,
  authorise: AuthorizeUser,
): Promise<DidWalletRow> {
  await getUser(services, newWallet.tenant, userId)
  const method = await authorise(userId)
  return withOwnerLock(services, userId, async () => {
    const scope = await getSealingScope(services, userId, method)
    await assertDidWalletQuota(services, userId, 1)
    const { columns, preconditions } =
      vault === undefined
        ? { columns: await createRandomKey(services, newWallet, scope.secret), preconditions: [] }
        : await deriveNextKey(services, newWallet, vault.id, scope)
    const { row, writes } = buildDidWallet(services, actor, newWallet, columns)
    await commitOrAliasTaken(services, [...scope.writes, ...preconditions, ...writes])
    return row
  })
}

async function deriveNextKey(
  services: CustodyServices,
  newWallet: NewDidWallet,
  vaultId: string,
  { secret }: SealingScope,
): Promise<{ readonly columns: DidWalletKeyColumns; readonly preconditions: readonly Write[] }> {
  const vault = await getVault(services, newWallet.tenant, vaultId)
  const entropy = await openVaultEntropy(services, vault, secret)
  const derivation = await createKeyDerivation(entropy)
  entropy.fill(0)
  const hdIndex = vault.nextIndex
  const columns = await sealDerivedKey(services, newWallet, { vaultId, hdIndex }, derivation.deriveKey(hdIndex), secret)
  derivation.wipe()
  const precondition = update(vaults, { where: { id: vaultId, nextIndex: hdIndex }, add: { nextIndex: 1 } })
  return { columns, preconditions: [precondition] }
}

/** Checks that a user may own `additional` more DID wallets. @throws BillfoldError `user.limit-reached` */
export async function assertDidWalletQuota(
  services: CustodyServices,
  userId: string | null,
  additional: number,
): Promise<void> {
  if (userId === null) return
  const rows = await services.storage.find(didWallets, {
    where: { userId, state: 'live' },
    limit: maxDidWalletsPerUser,
  })
  if (rows.length + additional > maxDidWalletsPerUser) throw new BillfoldError('user.limit-reached')
}

import type { CustodyServices } from '../../custody/services.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import { retryOnConflict, backoff, update, type Write } from '../../kernel/storage/index.ts'
import { type KeyDerivation, createKeyDerivation } from '../vaults/key-derivation.ts'
import { getVault } from '../vaults/find.ts'
import { openVaultEntropy, type VaultRow } from '../vaults/seal-entropy.ts'
import { vaults } from '../vaults/tables.ts'
import { commitOrAliasTaken, buildDidWallet, type NewDidWallet } from './new-did-wallet.ts'
import { sealDerivedKey } from './create-key.ts'
import type { DidWalletRow } from './seal-key.ts'

/** A wallet to create in a vault. */
export interface VaultWalletRequest {
  readonly actor: Actor
  readonly newWallet: NewDidWallet
}

/**
 * Creates the next wallet of a BIP44 vault that belongs to the service.
 *
 * @throws BillfoldError `did-wallet.alias-taken`, `did-wallet.alias-invalid`, `server.busy`
 */
export type VaultBatcher = (
  services: CustodyServices,
  vault: VaultRow,
  wallet: VaultWalletRequest,
) => Promise<DidWalletRow>

/** The maximum number of wallets per commit. */
const batchSize = 50

interface PendingWallet extends VaultWalletRequest {
  readonly resolve: (row: DidWalletRow) => void
  readonly reject: (error: unknown) => void
}

/**
 * Batches the creation of wallets in the same vault into one commit that reserves their indices. The indices have no
 * gaps and no duplicates, and processes that create wallets in the same vault seldom conflict.
 */
export function createVaultBatcher(): VaultBatcher {
  const pendingByVault = new Map<string, PendingWallet[]>()
  return (services, vault, wallet) =>
    new Promise((resolve, reject) => {
      const pendingWallets = pendingByVault.get(vault.id) ?? []
      pendingByVault.set(vault.id, pendingWallets)
      const pending = { ...wallet, resolve, reject }
      pendingWallets.push(pending)
      const run = services.ownerMutex(vault.id, async () => {
        await createNextBatch(services, vault, pendingWallets)
        if (pendingWallets.length === 0) pendingByVault.delete(vault.id)
        // Backs off so that other processes can commit; they would lose every conflict against an uninterrupted loop.
        else await backoff(6)
      })
      run.catch((error: unknown) => {
        const index = pendingWallets.indexOf(pending)
        if (index >= 0) pendingWallets.splice(index, 1)
        reject(error instanceof Error ? error : new TypeError('A wallet batch failed', { cause: error }))
      })
    })
}

/** Creates the next batch, if any wallets are pending. */
async function createNextBatch(
  services: CustodyServices,
  vault: VaultRow,
  pendingWallets: PendingWallet[],
): Promise<void> {
  const wallets = pendingWallets.splice(0, batchSize)
  if (wallets.length === 0) return
  try {
    const entropy = await openVaultEntropy(services, vault, undefined)
    const derivation = await createKeyDerivation(entropy)
    entropy.fill(0)
    await createBatch(services, vault, derivation, wallets)
    derivation.wipe()
  } catch (error) {
    for (const { reject } of wallets) reject(error)
  }
}

/** Creates all wallets in one commit; if one of them is rejected, each in its own. */
async function createBatch(
  services: CustodyServices,
  vault: VaultRow,
  derivation: KeyDerivation,
  wallets: readonly PendingWallet[],
): Promise<void> {
  try {
    const rows = await retryOnConflict(() => commitBatch(services, vault, derivation, wallets))
    for (const [index, { resolve, reject }] of wallets.entries()) {
      const row = rows[index]
      if (row === undefined) reject(new TypeError('A wallet was not created'))
      else resolve(row)
    }
  } catch (error) {
    const isAliasError =
      isBillfoldError(error, 'did-wallet.alias-taken') || isBillfoldError(error, 'did-wallet.alias-invalid')
    if (isAliasError && wallets.length > 1)
      for (const wallet of wallets) await createBatch(services, vault, derivation, [wallet])
    else for (const { reject } of wallets) reject(error)
  }
}

async function commitBatch(
  services: CustodyServices,
  { id, tenant }: VaultRow,
  derivation: KeyDerivation,
  wallets: readonly VaultWalletRequest[],
): Promise<readonly DidWalletRow[]> {
  const { nextIndex } = await getVault(services, tenant, id)
  const created = await Promise.all(
    wallets.map(async ({ actor, newWallet }, index) => {
      const origin = { vaultId: id, hdIndex: nextIndex + index }
      const columns = await sealDerivedKey(services, newWallet, origin, derivation.deriveKey(origin.hdIndex), undefined)
      return buildDidWallet(services, actor, newWallet, columns)
    }),
  )
  const reserveIndices: Write = update(vaults, { where: { id, nextIndex }, add: { nextIndex: wallets.length } })
  await commitOrAliasTaken(services, [reserveIndices, ...created.flatMap(({ writes }) => writes)])
  return created.map(({ row }) => row)
}

import type { Actor } from '../audit/record.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { decide, pause, update, type Write } from '../storage/index.ts'
import { type Derivation, derivationOf } from '../vaults/derive.ts'
import { findVault } from '../vaults/find.ts'
import { openEntropy, type VaultRow } from '../vaults/seal-entropy.ts'
import { vaults } from '../vaults/tables.ts'
import { commitNaming, newIdentity, type NewIdentity } from './new-identity.ts'
import { derivedKey } from './new-key.ts'
import type { IdentityRow } from './seal-key.ts'

/** A wallet to create in a vault. */
export interface WantedWallet {
  readonly actor: Actor
  readonly wanted: NewIdentity
}

/**
 * Creates the next wallet of a BIP44 vault that belongs to the service.
 *
 * @throws BillfoldError `did-wallet.alias-taken`, `did-wallet.alias-invalid`, `server.busy`
 */
export type VaultQueue = (services: Services, vault: VaultRow, wallet: WantedWallet) => Promise<IdentityRow>

/** The maximum number of wallets per commit. */
const batchSize = 50

interface PendingWallet extends WantedWallet {
  readonly resolve: (row: IdentityRow) => void
  readonly reject: (error: unknown) => void
}

/**
 * Batches the creation of wallets in the same vault into one commit that reserves their indices. The indices have no
 * gaps and no duplicates, and processes that create wallets in the same vault seldom conflict.
 */
export function vaultQueue(): VaultQueue {
  const pendingByVault = new Map<string, PendingWallet[]>()
  return (services, vault, wallet) =>
    new Promise((resolve, reject) => {
      const pendingWallets = pendingByVault.get(vault.id) ?? []
      pendingByVault.set(vault.id, pendingWallets)
      const pending = { ...wallet, resolve, reject }
      pendingWallets.push(pending)
      const run = services.ownerTurns(vault.id, async () => {
        await createNextBatch(services, vault, pendingWallets)
        if (pendingWallets.length === 0) pendingByVault.delete(vault.id)
        // Backs off so that other processes can commit; they would lose every conflict against an uninterrupted loop.
        else await pause(6)
      })
      run.catch((error: unknown) => {
        const index = pendingWallets.indexOf(pending)
        if (index >= 0) pendingWallets.splice(index, 1)
        reject(error instanceof Error ? error : new TypeError('A wallet batch failed', { cause: error }))
      })
    })
}

/** Creates the next batch, if any wallets are pending. */
async function createNextBatch(services: Services, vault: VaultRow, pendingWallets: PendingWallet[]): Promise<void> {
  const wallets = pendingWallets.splice(0, batchSize)
  if (wallets.length === 0) return
  try {
    const entropy = await openEntropy(services, vault, undefined)
    const derivation = await derivationOf(entropy)
    entropy.fill(0)
    await createBatch(services, vault, derivation, wallets)
    derivation.forget()
  } catch (error) {
    for (const { reject } of wallets) reject(error)
  }
}

/** Creates all wallets in one commit; if one of them is rejected, each in its own. */
async function createBatch(
  services: Services,
  vault: VaultRow,
  derivation: Derivation,
  wallets: readonly PendingWallet[],
): Promise<void> {
  try {
    const rows = await decide(() => commitBatch(services, vault, derivation, wallets))
    for (const [index, { resolve, reject }] of wallets.entries()) {
      const row = rows[index]
      if (row === undefined) reject(new TypeError('A wallet was not created'))
      else resolve(row)
    }
  } catch (error) {
    const isAliasError =
      isBillfoldError(error, 'identity.alias-taken') || isBillfoldError(error, 'identity.alias-invalid')
    if (isAliasError && wallets.length > 1)
      for (const wallet of wallets) await createBatch(services, vault, derivation, [wallet])
    else for (const { reject } of wallets) reject(error)
  }
}

async function commitBatch(
  services: Services,
  { id, tenant }: VaultRow,
  derivation: Derivation,
  wallets: readonly WantedWallet[],
): Promise<readonly IdentityRow[]> {
  const { nextIndex } = await findVault(services, tenant, id)
  const created = await Promise.all(
    wallets.map(async ({ actor, wanted }, index) => {
      const origin = { vaultId: id, hdIndex: nextIndex + index }
      const columns = await derivedKey(services, wanted, origin, derivation.keyAt(origin.hdIndex), undefined)
      return newIdentity(services, actor, wanted, columns)
    }),
  )
  const reserveIndices: Write = update(vaults, { where: { id, nextIndex }, add: { nextIndex: wallets.length } })
  await commitNaming(services, [reserveIndices, ...created.flatMap(({ writes }) => writes)])
  return created.map(({ row }) => row)
}

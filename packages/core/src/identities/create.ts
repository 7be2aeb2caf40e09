import type { Actor } from '../audit/record.ts'
import { decideFor } from '../credentials/decide-for.ts'
import { registryFor } from '../dids/registry.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { update, type Write } from '../storage/index.ts'
import { findUser } from '../users/find.ts'
import { readDidMethod } from '../vaults/did-method.ts'
import { derivationOf } from '../vaults/derive.ts'
import { findVault } from '../vaults/find.ts'
import { type Authorise, type Holding, holdingOf } from '../vaults/holder.ts'
import { openEntropy, type VaultRow } from '../vaults/seal-entropy.ts'
import { vaults } from '../vaults/tables.ts'
import { destroyKeyOf } from './destroy-keys.ts'
import { commitNaming, newIdentity, type NewIdentity } from './new-identity.ts'
import { derivedKey, type KeyCells, plainKey, sharedKey } from './new-key.ts'
import type { IdentityRow } from './seal-key.ts'
import type { IdentitySettings } from './settings.ts'
import { identities } from './tables.ts'

/**
 * The maximum number of DID wallets per user. All rows sealed under a user's master secret are reencrypted in one batch
 * of at most 1,000 writes when it is rotated.
 */
export const mostIdentities = 50

/** A DID wallet to create. */
export interface IdentityInput {
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
export async function createIdentity(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  input: IdentityInput,
  authorise: Authorise,
): Promise<IdentityRow> {
  const { tenant } = actor
  const { alias, didMethod } = input
  registryFor(settings.registries, readDidMethod(didMethod))
  const vault = input.vaultId === undefined ? undefined : await findVault(services, tenant, input.vaultId)
  const userId = vault === undefined ? (input.userId ?? null) : vault.userId
  if (input.userId !== undefined && input.userId !== userId) throw new BillfoldError('vault.unknown')
  const newWallet: NewIdentity = { id: newId(), tenant, userId, didMethod, alias }
  if (userId !== null) return createForUser(services, actor, newWallet, userId, vault, authorise)
  if (vault?.kind === 'BIP44') return settings.vaultQueue(services, vault, { actor, wanted: newWallet })
  if (vault !== undefined) return createWithThresholdKey(services, settings, actor, newWallet, vault.id)
  const { row, writes } = newIdentity(services, actor, newWallet, await plainKey(services, newWallet, undefined))
  await commitNaming(services, writes)
  return row
}

/** Creates a wallet in an MPC vault. If the wallet is rejected, its threshold key is destroyed again. */
async function createWithThresholdKey(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  newWallet: NewIdentity,
  vaultId: string,
): Promise<IdentityRow> {
  const columns = await sharedKey(settings.thresholdSigner, newWallet, vaultId)
  try {
    const { row, writes } = newIdentity(services, actor, newWallet, columns)
    await commitNaming(services, writes)
    return row
  } catch (error) {
    // Only if the row certainly does not exist: after a commit with an unknown outcome, it may.
    const isRejected =
      isBillfoldError(error, 'identity.alias-taken') || isBillfoldError(error, 'identity.alias-invalid')
    if (isRejected) await destroyKeyOf(services, settings, newWallet.id)
    throw error
  }
}

async function createForUser(
  services: Services,
  actor: Actor,
  newWallet: NewIdentity,
  userId: string,
  vault: VaultRow | undefined,
  authorise: Authorise,
): Promise<IdentityRow> {
  await findUser(services, newWallet.tenant, userId)
  const method = await authorise(userId)
  return decideFor(services, userId, async () => {
    const scope = await holdingOf(services, userId, method)
    await assertRoom(services, userId, 1)
    const { columns, preconditions } =
      vault === undefined
        ? { columns: await plainKey(services, newWallet, scope.secret), preconditions: [] }
        : await deriveNextKey(services, newWallet, vault.id, scope)
    const { row, writes } = newIdentity(services, actor, newWallet, columns)
    await commitNaming(services, [...scope.writes, ...preconditions, ...writes])
    return row
  })
}

async function deriveNextKey(
  services: Services,
  newWallet: NewIdentity,
  vaultId: string,
  { secret }: Holding,
): Promise<{ readonly columns: KeyCells; readonly preconditions: readonly Write[] }> {
  const vault = await findVault(services, newWallet.tenant, vaultId)
  const entropy = await openEntropy(services, vault, secret)
  const derivation = await derivationOf(entropy)
  entropy.fill(0)
  const hdIndex = vault.nextIndex
  const columns = await derivedKey(services, newWallet, { vaultId, hdIndex }, derivation.keyAt(hdIndex), secret)
  derivation.forget()
  const precondition = update(vaults, { where: { id: vaultId, nextIndex: hdIndex }, add: { nextIndex: 1 } })
  return { columns, preconditions: [precondition] }
}

/** Checks that a user may own `additional` more DID wallets. @throws BillfoldError `user.limit-reached` */
export async function assertRoom(services: Services, userId: string | null, additional: number): Promise<void> {
  if (userId === null) return
  const rows = await services.storage.find(identities, { where: { userId, state: 'live' }, limit: mostIdentities })
  if (rows.length + additional > mostIdentities) throw new BillfoldError('user.full')
}

import type { Actor } from '../audit/record.ts'
import { decideFor } from '../credentials/decide-for.ts'
import { registryFor } from '../dids/registry-for.ts'
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
 * At most this many DID wallets a user: with all else that is sealed under the user's master secret they are sealed anew in
 * one batch, which holds 1,000 writes, when a signing method is replaced.
 */
export const mostIdentities = 50

/** What is said about a new DID wallet. */
export interface IdentityInput {
  /** The DID itself, unless one is given. */
  readonly alias?: string | undefined
  /** The vault that its key comes from; without one the key is random. */
  readonly vaultId?: string | undefined
  /** Whose it is; without one it is the service's own. The wallets of a vault belong to whom the vault belongs to. */
  readonly userId?: string | undefined
  readonly didMethod: string
}

/**
 * Makes a DID wallet. Nothing is written to a registry: a DID of ERC-1056 is there as soon as its key is.
 * @throws BillfoldError `did.invalid`, `did.unknown-network`, `identity.alias-taken`, `identity.alias-invalid`,
 *   `vault.unknown`, `vault.mpc-unavailable`, `user.unknown`, `user.full`, `signing-method.required`, `signing-method.invalid`
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
  const wanted: NewIdentity = { id: newId(), tenant, userId, didMethod, alias }
  if (userId !== null) return createForUser(services, actor, wanted, userId, vault, authorise)
  if (vault?.kind === 'BIP44') return settings.vaultQueue(services, vault, { actor, wanted })
  if (vault !== undefined) return createShared(services, settings, actor, wanted, vault.id)
  const { row, writes } = newIdentity(services, actor, wanted, await plainKey(services, wanted, undefined))
  await commitNaming(services, writes)
  return row
}

/** The key of a wallet that is refused is destroyed again. */
async function createShared(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  wanted: NewIdentity,
  vaultId: string,
): Promise<IdentityRow> {
  const cells = await sharedKey(settings.thresholdSigner, wanted, vaultId)
  try {
    const { row, writes } = newIdentity(services, actor, wanted, cells)
    await commitNaming(services, writes)
    return row
  } catch (error) {
    // Only where it is sure that there is no row: of a commit that nobody knows of, the wallet may be there.
    const isRefused = isBillfoldError(error, 'identity.alias-taken') || isBillfoldError(error, 'identity.alias-invalid')
    if (isRefused) await destroyKeyOf(services, settings, wanted.id)
    throw error
  }
}

async function createForUser(
  services: Services,
  actor: Actor,
  wanted: NewIdentity,
  userId: string,
  vault: VaultRow | undefined,
  authorise: Authorise,
): Promise<IdentityRow> {
  await findUser(services, wanted.tenant, userId)
  const authority = await authorise(userId)
  return decideFor(services, userId, async () => {
    const holding = await holdingOf(services, userId, authority)
    await assertRoom(services, userId, 1)
    const { cells, guards } =
      vault === undefined
        ? { cells: await plainKey(services, wanted, holding.secret), guards: [] }
        : await nextOfVault(services, wanted, vault.id, holding)
    const { row, writes } = newIdentity(services, actor, wanted, cells)
    await commitNaming(services, [...holding.writes, ...guards, ...writes])
    return row
  })
}

async function nextOfVault(
  services: Services,
  wanted: NewIdentity,
  vaultId: string,
  { secret }: Holding,
): Promise<{ readonly cells: KeyCells; readonly guards: readonly Write[] }> {
  const vault = await findVault(services, wanted.tenant, vaultId)
  const entropy = await openEntropy(services, vault, secret)
  const derivation = await derivationOf(entropy)
  entropy.fill(0)
  const hdIndex = vault.nextIndex
  const cells = await derivedKey(services, wanted, { vaultId, hdIndex }, derivation.keyAt(hdIndex), secret)
  derivation.forget()
  const guard = update(vaults, { where: { id: vaultId, nextIndex: hdIndex }, add: { nextIndex: 1 } })
  return { cells, guards: [guard] }
}

/** @throws BillfoldError `user.full` when a user has no room for so many more */
export async function assertRoom(services: Services, userId: string | null, more: number): Promise<void> {
  if (userId === null) return
  const rows = await services.storage.find(identities, { where: { userId, state: 'live' }, limit: mostIdentities })
  if (rows.length + more > mostIdentities) throw new BillfoldError('user.full')
}

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

/** A wallet that is asked for. */
export interface WantedWallet {
  readonly actor: Actor
  readonly wanted: NewIdentity
}

/** Makes the next wallet of a BIP44 vault of the service. @throws BillfoldError `identity.alias-taken`, `identity.alias-invalid`, `server.busy` */
export type VaultQueue = (services: Services, vault: VaultRow, wallet: WantedWallet) => Promise<IdentityRow>

/** How many wallets are made in one commit. */
const mostAtOnce = 50

interface Waiting extends WantedWallet {
  readonly resolve: (row: IdentityRow) => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes the wallets that wait for one vault together, in one commit that takes their indices: so the indices have no gap and
 * no repeat, and processes that make wallets in the same vault seldom meet.
 */
export function vaultQueue(): VaultQueue {
  const queues = new Map<string, Waiting[]>()
  return (services, vault, wallet) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(vault.id) ?? []
      queues.set(vault.id, queue)
      const waiting = { ...wallet, resolve, reject }
      queue.push(waiting)
      const turn = services.ownerTurns(vault.id, async () => {
        await makeNext(services, vault, queue)
        if (queue.length === 0) queues.delete(vault.id)
        // Lets other processes have their turn, which would lose to one that never pauses.
        else await pause(6)
      })
      turn.catch((error: unknown) => {
        const index = queue.indexOf(waiting)
        if (index >= 0) queue.splice(index, 1)
        reject(error instanceof Error ? error : new TypeError('A turn was not taken', { cause: error }))
      })
    })
}

/** Makes as many as go into one commit, if any still wait. Where one cannot be made, each is made on its own. */
async function makeNext(services: Services, vault: VaultRow, queue: Waiting[]): Promise<void> {
  const wallets = queue.splice(0, mostAtOnce)
  if (wallets.length === 0) return
  try {
    const entropy = await openEntropy(services, vault, undefined)
    const derivation = await derivationOf(entropy)
    entropy.fill(0)
    await makeTogether(services, vault, derivation, wallets)
    derivation.forget()
  } catch (error) {
    for (const { reject } of wallets) reject(error)
  }
}

async function makeTogether(
  services: Services,
  vault: VaultRow,
  derivation: Derivation,
  wallets: readonly Waiting[],
): Promise<void> {
  try {
    const rows = await decide(() => commitTogether(services, vault, derivation, wallets))
    for (const [index, { resolve, reject }] of wallets.entries()) {
      const row = rows[index]
      if (row === undefined) reject(new TypeError('A wallet was not made'))
      else resolve(row)
    }
  } catch (error) {
    const isOfOne = isBillfoldError(error, 'identity.alias-taken') || isBillfoldError(error, 'identity.alias-invalid')
    if (isOfOne && wallets.length > 1)
      for (const wallet of wallets) await makeTogether(services, vault, derivation, [wallet])
    else for (const { reject } of wallets) reject(error)
  }
}

async function commitTogether(
  services: Services,
  { id, tenant }: VaultRow,
  derivation: Derivation,
  wallets: readonly WantedWallet[],
): Promise<readonly IdentityRow[]> {
  const { nextIndex } = await findVault(services, tenant, id)
  const made = await Promise.all(
    wallets.map(async ({ actor, wanted }, index) => {
      const from = { vaultId: id, hdIndex: nextIndex + index }
      const cells = await derivedKey(services, wanted, from, derivation.keyAt(from.hdIndex), undefined)
      return newIdentity(services, actor, wanted, cells)
    }),
  )
  const takeIndices: Write = update(vaults, { where: { id, nextIndex }, add: { nextIndex: wallets.length } })
  await commitNaming(services, [takeIndices, ...made.flatMap(({ writes }) => writes)])
  return made.map(({ row }) => row)
}

import { type Actor, auditRecord } from '../audit/record.ts'
import { masterSecrets } from '../credentials/tables.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, check, decide, update } from '../storage/index.ts'
import { findWallet } from './find.ts'
import type { WalletRow } from './sealing.ts'
import { wallets } from './tables.ts'
import { walletEvent } from './wallet-event.ts'

/** What can be changed about a wallet; what is absent stays. */
export interface WalletChange {
  readonly description?: string | null | undefined
  /** An archived wallet signs nothing and is not listed; its key is kept. */
  readonly archived?: boolean | undefined
  /** At most one wallet an owner and chain is the primary one: making one takes it from the other. */
  readonly primary?: boolean | undefined
}

/**
 * Changes what is said about a wallet. An archived wallet is no longer primary.
 * @throws BillfoldError `wallet.unknown`, `wallet.archived` when an archived one is to be primary, or one of a user who was
 *   deleted is to be brought back
 */
export function changeWallet(services: Services, actor: Actor, id: string, change: WalletChange): Promise<WalletRow> {
  return decide(async () => {
    const wallet = await findWallet(services, actor.tenant, id)
    const next = changed(wallet, change, services.now())
    if (change.primary === true && next.archivedAt !== null) throw new BillfoldError('wallet.archived')
    const { ownerId, secretType, ...read } = wallet
    const isOpen = next.archivedAt === null
    if (isOpen) await assertOwnerIsOpen(services, ownerId)
    const { description, archivedAt, primary } = next
    await services.storage.commit(
      batch(
        // Holds the owner, so that of two wallets made primary at once one is.
        update(masterSecrets, { where: isOpen ? { ownerId, closedAt: null } : { ownerId }, add: { version: 1 } }),
        check(wallets, {
          where: { id, ownerId, description: read.description, archivedAt: read.archivedAt, primary: read.primary },
        }),
        ...(primary
          ? [update(wallets, { where: { ownerId, secretType, primary: true }, set: { primary: false }, hits: 'any' })]
          : []),
        update(wallets, { where: { id }, set: { description, archivedAt, primary } }),
        auditRecord(actor, 'wallet.changed', id, services.now(), { archived: archivedAt !== null, primary }),
        ...eventWrites(services, actor.tenant, 'wallet.changed', {
          ...walletEvent(wallet),
          archived: archivedAt !== null,
          primary,
        }),
      ),
    )
    return next
  })
}

/** The wallets of a user who was deleted stay archived: nothing opens them any more. */
async function assertOwnerIsOpen(services: Services, ownerId: string): Promise<void> {
  const [owner] = await services.storage.find(masterSecrets, { where: { ownerId }, limit: 1 })
  if (owner === undefined || owner.closedAt !== null) throw new BillfoldError('wallet.archived')
}

function changed(wallet: WalletRow, { description, archived, primary }: WalletChange, now: number): WalletRow {
  const archivedAt = archived === undefined ? wallet.archivedAt : archived ? (wallet.archivedAt ?? now) : null
  return {
    ...wallet,
    description: description === undefined ? wallet.description : description,
    archivedAt,
    primary: archivedAt === null && (primary ?? wallet.primary),
  }
}

import type { CustodyServices } from '../services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { masterSecrets } from '../../identity/signing-methods/tables.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { batch, check, retryOnConflict, type Update, update } from '../../kernel/storage/index.ts'
import { getCustodyWallet } from './find.ts'
import { walletEventData, type CustodyWalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

/** The fields of a wallet that can be updated. Absent fields are left unchanged. */
export interface WalletUpdate {
  readonly description?: string | null | undefined
  /** The host's own identifier of the wallet. */
  readonly identifier?: string | null | undefined
  /** An archived wallet cannot sign and is not listed by default. Its sealed key is retained. */
  readonly archived?: boolean | undefined
  /** Each owner has at most one primary wallet per chain: setting this flag clears it on the previous one. */
  readonly primary?: boolean | undefined
}

/**
 * Updates the metadata of a wallet. Archiving a wallet also clears its primary flag.
 * @throws BillfoldError `wallet.not-found`, `wallet.archived` if an archived wallet would become primary, or if a wallet of a
 *   deleted user would be unarchived
 */
export function updateWallet(
  services: CustodyServices,
  actor: Actor,
  id: string,
  change: WalletUpdate,
): Promise<CustodyWalletRow> {
  return retryOnConflict(async () => {
    const wallet = await getCustodyWallet(services, actor.tenant, id)
    const next = applyUpdate(wallet, change, services.now())
    if (change.primary === true && next.archivedAt !== null) throw new BillfoldError('wallet.archived')
    const { ownerId, secretType, ...read } = wallet
    const isActive = next.archivedAt === null
    if (isActive) await assertOwnerNotClosed(services, ownerId)
    const { description, identifier, archivedAt, primary } = next
    await services.storage.commit(
      batch(
        // Bumping the owner's version serializes concurrent updates, so that only one of two wallets ends up primary.
        update(masterSecrets, { where: isActive ? { ownerId, closedAt: null } : { ownerId }, add: { version: 1 } }),
        check(wallets, {
          where: {
            id,
            ownerId,
            description: read.description,
            identifier: read.identifier,
            archivedAt: read.archivedAt,
            primary: read.primary,
          },
        }),
        ...(primary
          ? [
              update(wallets, {
                where: { ownerId, secretType, primary: true },
                set: { primary: false },
                expectedRows: 'any',
              }),
            ]
          : []),
        update(wallets, { where: { id }, set: { description, identifier, archivedAt, primary } }),
        auditWrite(actor, toAuditAction(read.archivedAt !== null, archivedAt !== null), id, services.now(), {
          archived: archivedAt !== null,
          primary,
        }),
        ...eventWrites(services, actor.tenant, 'wallet.updated', {
          ...walletEventData(wallet),
          archived: archivedAt !== null,
          primary,
        }),
      ),
    )
    return next
  })
}

function toAuditAction(wasArchived: boolean, isArchived: boolean) {
  if (wasArchived === isArchived) return 'wallet.updated'
  return isArchived ? 'wallet.archived' : 'wallet.unarchived'
}

/** Wallets of a deleted user stay archived, because no signing method can open their keys any more. */
async function assertOwnerNotClosed(services: CustodyServices, ownerId: string): Promise<void> {
  const [owner] = await services.storage.find(masterSecrets, { where: { ownerId }, limit: 1 })
  if (owner === undefined || owner.closedAt !== null) throw new BillfoldError('wallet.archived')
}

function applyUpdate(
  wallet: CustodyWalletRow,
  { description, identifier, archived, primary }: WalletUpdate,
  now: number,
): CustodyWalletRow {
  const archivedAt = archived === undefined ? wallet.archivedAt : archived ? (wallet.archivedAt ?? now) : null
  return {
    ...wallet,
    description: description === undefined ? wallet.description : description,
    identifier: identifier === undefined ? wallet.identifier : identifier,
    archivedAt,
    primary: archivedAt === null && (primary ?? wallet.primary),
  }
}

/** The write that archives all wallets of a user. It belongs in the commit that archives the user. */
export function archiveUserWallets(userId: string, archivedAt: number): Update {
  return update(wallets, { where: { userId, archivedAt: null }, set: { archivedAt }, expectedRows: 'any' })
}

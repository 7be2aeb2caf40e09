import { type Update, update } from '../storage/index.ts'
import { wallets } from './tables.ts'

/** The write that archives all wallets of a user, for the commit that archives the user. */
export function archiveWalletsOf(userId: string, archivedAt: number): Update {
  return update(wallets, { where: { userId, archivedAt: null }, set: { archivedAt }, hits: 'any' })
}

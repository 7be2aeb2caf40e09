import { randomBytes } from 'node:crypto'
import type { UserKey } from '@billfold/core/modules'
import { batch, insert, isCommitError, type Storage, update, type Write } from '@billfold/core/storage'
import { passkeyUsers } from './tables.ts'

/** The maximum number of passkeys of a user. */
export const maxPasskeys = 20

/** Returns the handle under which authenticators keep the passkeys of a user, and creates it at the first call. */
export async function ensureUserHandle(storage: Storage, user: UserKey): Promise<string> {
  const { tenant, userId } = user
  const found = await findUserHandle(storage, user)
  if (found !== undefined) return found
  const handle = randomBytes(32).toString('base64url')
  try {
    await storage.commit(batch(insert(passkeyUsers, { userId, tenant, handle, passkeys: 0 })))
    return handle
  } catch (error) {
    // Another call has created it.
    const created = isCommitError(error) ? await findUserHandle(storage, user) : undefined
    if (created === undefined) throw error
    return created
  }
}

/** Returns the handle of a user who has one. */
export async function findUserHandle(storage: Storage, { tenant, userId }: UserKey): Promise<string | undefined> {
  const [row] = await storage.find(passkeyUsers, { where: { userId, tenant }, limit: 1 })
  return row?.handle
}

/** Counts a new passkey, or a removed one, in its commit. Fails at the maximum. */
export function countPasskey({ tenant, userId }: UserKey, change: 1 | -1): Write {
  const condition = change === 1 ? { lt: maxPasskeys } : { gt: 0 }
  return update(passkeyUsers, { where: { userId, tenant, passkeys: condition }, add: { passkeys: change } })
}

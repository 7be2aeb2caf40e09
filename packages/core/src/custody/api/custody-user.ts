import { BillfoldError } from '../../kernel/errors.ts'
import type { Caller } from '../../http/index.ts'
import { custodyOrigin, type UserRow } from '../../identity/users/create.ts'
import { getUser } from '../../identity/users/find.ts'
import { users } from '../../identity/users/table.ts'
import type { Services } from '../../platform/services.ts'
import type { CustodyServices } from '../services.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'

/** The scope of service keys that act on the users of all APIs. The scope `custody` is needed too. */
const allUsersScope = 'custody:all-users'

/**
 * Returns the origin of the users that a caller can act on, undefined for all. A key with the scope `custody` reaches the
 * users that the custody API created, and nobody who came by a wallet login or registered for payments: it could give them
 * their first PIN, or archive them.
 */
export function reachableOrigin({ scopes }: Caller): string | undefined {
  return scopes.has(allUsersScope) || scopes.has('*') ? undefined : custodyOrigin
}

/** Returns a user that the caller can act on. @throws BillfoldError `user.not-found`, also if the caller cannot */
export async function getCustodyUser(services: Services, caller: Caller, userId: string): Promise<UserRow> {
  const user = await getUser(services, caller.tenant, userId)
  const origin = reachableOrigin(caller)
  if (origin !== undefined && user.origin !== origin) throw new BillfoldError('user.not-found')
  return user
}

/**
 * Returns the wallets that the caller can see and archive: standalone ones, and those of users that the caller can act on.
 * For routes that need no signing method of the user.
 */
export async function selectReachableWallets(
  { storage }: Services,
  caller: Caller,
  wallets: readonly CustodyWalletRow[],
): Promise<readonly CustodyWalletRow[]> {
  const origin = reachableOrigin(caller)
  const owners = [...new Set(wallets.map(({ userId }) => userId).filter((userId) => userId !== null))]
  if (origin === undefined || owners.length === 0) return wallets
  const rows = await storage.find(users, { where: { id: { in: owners }, tenant: caller.tenant, origin } })
  const reachable = new Set(rows.map(({ id }) => id))
  return wallets.filter(({ userId }) => userId === null || reachable.has(userId))
}

/** Returns a wallet that the caller can see and archive. @throws BillfoldError `wallet.not-found`, also if the caller cannot */
export async function getReachableWallet(
  services: CustodyServices,
  caller: Caller,
  id: string,
): Promise<CustodyWalletRow> {
  const [wallet] = await selectReachableWallets(services, caller, [await getCustodyWallet(services, caller.tenant, id)])
  if (wallet === undefined) throw new BillfoldError('wallet.not-found')
  return wallet
}

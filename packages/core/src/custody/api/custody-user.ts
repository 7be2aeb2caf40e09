import { BillfoldError } from '../../kernel/errors.ts'
import type { Caller } from '../../http/index.ts'
import { custodyOrigin, type UserRow } from '../../identity/users/create.ts'
import { getUser } from '../../identity/users/find.ts'
import type { Services } from '../../platform/services.ts'
import type { CustodyServices } from '../services.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { noUserOrigin } from '../wallets/user-origin.ts'

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
 * Returns the origins of users whose wallets, transactions and requests a list shows, with `none` for wallets without a user; undefined
 * for all. A list that filters by it in the storage has totals of what the caller sees.
 * @param includeUsers false for wallets without a user only
 */
export function visibleUserOrigins(caller: Caller, includeUsers?: boolean): readonly string[] | undefined {
  if (includeUsers === false) return [noUserOrigin]
  const origin = reachableOrigin(caller)
  return origin === undefined ? undefined : [origin, noUserOrigin]
}

/** Returns true if the caller can see what belongs to a wallet. */
export function isVisible(caller: Caller, { userOrigin }: { readonly userOrigin: string }): boolean {
  return visibleUserOrigins(caller)?.includes(userOrigin) !== false
}

/** Returns a wallet that the caller can see and archive. @throws BillfoldError `wallet.not-found`, also if the caller cannot */
export async function getReachableWallet(
  services: CustodyServices,
  caller: Caller,
  id: string,
): Promise<CustodyWalletRow> {
  const wallet = await getCustodyWallet(services, caller.tenant, id)
  if (!isVisible(caller, wallet)) throw new BillfoldError('wallet.not-found')
  return wallet
}

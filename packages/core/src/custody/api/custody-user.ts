import { BillfoldError } from '../../kernel/errors.ts'
import type { Caller } from '../../http/index.ts'
import { custodyOrigin, type UserRow } from '../../identity/users/create.ts'
import { getUser } from '../../identity/users/find.ts'
import type { Services } from '../../platform/services.ts'

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

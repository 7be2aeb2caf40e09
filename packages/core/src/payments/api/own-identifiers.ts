import { BillfoldError } from '../../kernel/errors.ts'
import type { Identifier, IdentifierRow } from '../../identity/users/identifiers.ts'
import type { Services } from '../../platform/services.ts'
import { ownsIdentifier } from '../users/profiles.ts'
import type { ApiKeyCaller } from './api-key-guard.ts'

/**
 * Checks that the email in a request belongs to the API key's user.
 * @param known identifiers of the user, and possibly of others, if they are read already
 * @throws BillfoldError `user.not-found`
 */
export function assertOwnEmail(
  services: Services,
  caller: ApiKeyCaller,
  email: string,
  known?: readonly IdentifierRow[],
): Promise<void> {
  return assertOwn(services, caller, { kind: 'email', value: email }, known)
}

/** Checks that the phone number in a request belongs to the API key's user. @throws BillfoldError `user.not-found` */
export function assertOwnPhone(services: Services, caller: ApiKeyCaller, phone: string): Promise<void> {
  return assertOwn(services, caller, { kind: 'phone', value: phone })
}

async function assertOwn(
  services: Services,
  { tenant, id }: ApiKeyCaller,
  identifier: Identifier,
  known?: readonly IdentifierRow[],
): Promise<void> {
  if (!(await ownsIdentifier(services, tenant, id, identifier, known))) throw new BillfoldError('user.not-found')
}

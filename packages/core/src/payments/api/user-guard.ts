import type { Guard, RequestContext } from '../../http/index.ts'
import { createSystemChannels } from '../../platform/secure-channel/index.ts'
import type { Services } from '../../platform/services.ts'
import { secureChannelCipher } from '../field-cipher.ts'
import type { Precondition } from '../preconditions.ts'
import { apiKeyHeaderGuard, isApiKeyCaller } from './api-key-guard.ts'

/**
 * Creates the guard of a module's routes for users: the API key that the login of the payments API has returned, in the
 * `Authorization` header, with or without `Bearer`.
 *
 * @param tenant the tenant of the users
 * @example
 * ```ts
 * import { type ModuleContext, userGuard } from '@billfold/core/modules'
 *
 * export const createGuard = ({ services, tenant }: ModuleContext) => userGuard(services, tenant)
 * ```
 */
export function userGuard(services: Services, tenant: string): Guard {
  const cipher = secureChannelCipher(createSystemChannels(services, 'secp256k1'))
  return apiKeyHeaderGuard({ services, tenant, cipher })
}

/**
 * The conditions under which the caller of a request is still who it was: the API key of a user is not revoked, and the user not
 * archived. Empty for other callers. Pass them to {@link commitWithPreconditions}, since the request may wait before it commits.
 */
export function callerStillValid({ caller }: Pick<RequestContext, 'caller'>): readonly Precondition[] {
  return isApiKeyCaller(caller) ? caller.preconditions : []
}

import type { RequestContext } from '@billfold/core/http'
import {
  actorFromRequest,
  authorizeWithSigningMethod,
  parseSigningMethod,
  type SigningMethodHeaders,
} from '@billfold/core/modules'
import { z } from 'zod'
import { holderError } from '../holder-error.ts'
import type { ProvenUser } from '../receive/accept-offer.ts'
import type { HolderContext } from '../settings.ts'

const id = z.string().min(1).max(36)

/** The user of a route. */
export const userParams = z.object({ userId: id })
/** The user of a route, and one of the user's objects. */
export const objectParams = z.object({ userId: id, id })

/**
 * Proves the user by the signing method of a request. An emergency code approves nothing here.
 * @throws BillfoldError as `authorizeWithSigningMethod` does, `presentation.method-not-allowed`
 */
export async function proveUser(
  { services }: HolderContext,
  request: RequestContext,
  userId: string,
  headers: SigningMethodHeaders,
  body: 'with body' | 'without body' = 'with body',
): Promise<ProvenUser> {
  const actor = actorFromRequest(request)
  const presented = await parseSigningMethod(services, request, headers, body)
  const authorized = await authorizeWithSigningMethod(services, actor, userId, presented)
  if (authorized.row.type === 'EMERGENCY_CODE') throw holderError('presentation.method-not-allowed')
  return { actor, userId, authorized }
}

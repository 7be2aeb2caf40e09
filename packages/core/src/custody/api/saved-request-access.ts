import { z } from 'zod'
import type { RequestContext } from '../../http/index.ts'
import { actorFromRequest, parseSigningMethod, withSigningMethod } from '../../identity/api/signing-method-auth.ts'
import type { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { confirmRequest } from '../saved-requests/confirm-request.ts'
import {
  getRequestInStatus,
  getSavedRequest,
  type SavedRequestKind,
  type SavedRequestRow,
  type SavedRequestStatus,
} from '../saved-requests/saved-request.ts'
import type { CustodyContext } from './context.ts'
import { visibleUserOrigins } from './custody-user.ts'
import { custodyBodyLimit, optionalField, pincodeSchema } from './schemas.ts'

/** The body of a confirmation, and of the execution of a saved request. */
export const confirmationBody = {
  encoding: 'json' as const,
  schema: z.object({ secretType: optionalField(z.string().max(32)), pincode: optionalField(pincodeSchema) }),
  limit: custodyBodyLimit,
  raw: 'if-available' as const,
  optional: true,
}

/** The documented replies of routes of a saved request. */
export const savedRequestReplies = {
  404: { description: 'No such request' },
  409: { description: 'The request has another status' },
  410: { description: 'The request has expired' },
}

/** Gets a request that the caller can see, in any status or in one of some. @throws BillfoldError `saved-request.not-found`, as `getRequestInStatus` does */
export function getVisibleRequest(
  { services }: CustodyContext,
  { caller }: RequestContext,
  kind: SavedRequestKind,
  id: string,
  statuses?: readonly SavedRequestStatus[],
): Promise<SavedRequestRow> {
  const origins = visibleUserOrigins(caller)
  return statuses === undefined
    ? getSavedRequest(services, caller.tenant, kind, id, origins)
    : getRequestInStatus(services, caller.tenant, kind, id, statuses, origins)
}

interface Confirmation {
  readonly headers: z.output<typeof signingMethodHeadersSchema>
  readonly body: z.output<typeof confirmationBody.schema>
}

/** Confirms a request with a signing method of its user; without one if the host lets its service keys confirm. */
export async function confirmSavedRequest(
  custody: CustodyContext,
  context: RequestContext,
  kind: SavedRequestKind,
  id: string,
  { headers, body }: Confirmation,
): Promise<SavedRequestRow> {
  const { services, savedRequests: rules } = custody
  const row = await getVisibleRequest(custody, context, kind, id, ['SAVED'])
  assertChain(row, body.secretType)
  const actor = actorFromRequest(context)
  const header = await parseSigningMethod(services, context, headers)
  const isUnsigned = header === undefined && body.pincode === undefined
  if (isUnsigned && rules.confirmation === 'service-key')
    return confirmRequest(services, rules, actor, kind, id, undefined)
  return withSigningMethod(services, actor, row.ownerId, header, body.pincode, (authorizedBy) =>
    confirmRequest(services, rules, actor, kind, id, authorizedBy),
  )
}

/** @throws BillfoldError `input.invalid` if another chain is named */
export function assertChain(row: SavedRequestRow, secretType: string | undefined): void {
  if (secretType !== undefined && secretType !== row.secretType)
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'secretType', message: 'is not the chain of the request' }],
    })
}

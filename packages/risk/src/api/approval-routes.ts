import { BillfoldError } from '@billfold/core'
import type { Guard, RequestContext, Route } from '@billfold/core/http'
import {
  actorFromRequest,
  authorizeWithSigningMethod,
  callerStillValid,
  parseSigningMethod,
  type SigningMethodHeaders,
} from '@billfold/core/modules'
import { z } from 'zod'
import { approveRequest, type Confirmation, listRequests, rejectRequest } from '../requests/approvals.ts'
import { getWholeRequest } from '../requests/whole-request.ts'
import type { RiskApiContext } from './context.ts'
import { approvalGuard } from './approval-guard.ts'
import { riskRoutes } from './risk-route.ts'
import { success } from './reply-format.ts'

const id = z.string().min(1).max(36)
const confirmation = z.object({ id, userId: id.optional() })

/** The user whom a request is about: the caller, whose own id may be repeated, or the one whom a service key names. */
function resolveUser(named: string | undefined, { caller }: RequestContext): string {
  const userId = caller.kind === 'user' ? caller.id : named
  if (userId === undefined)
    throw new BillfoldError('field.missing', { message: 'userId is required for a service key' })
  if (named !== undefined && named !== userId) throw new BillfoldError('caller.forbidden')
  return userId
}

/**
 * The routes for what waits: for users with their API key, and for service keys with the scope `risk:approvals` on behalf of a user.
 * Both confirm with a signing method of the user.
 */
export function approvalRoutes({ services, settings, tenant }: RiskApiContext): readonly Route[] {
  const guard = approvalGuard(services, tenant)
  const prove = async (
    body: z.output<typeof confirmation>,
    context: RequestContext,
    headers: SigningMethodHeaders,
  ): Promise<Confirmation> => {
    const userId = resolveUser(body.userId, context)
    const presented = await parseSigningMethod(services, context, headers)
    const method = await authorizeWithSigningMethod(services, actorFromRequest(context), userId, presented)
    return { requestId: body.id, userId, method, preconditions: callerStillValid(context) }
  }
  return [
    ...readRoutes(services, guard),
    ...riskRoutes({
      id: 'approve',
      path: 'approve',
      summary: "Approve a request with the user's signing method; the act is done by repeating its request",
      guard,
      body: confirmation,
      handle: async (body, context, headers) => {
        const confirmed = await prove(body, context, headers)
        const state = await approveRequest(services, settings, actorFromRequest(context), confirmed)
        return success('Request approved', { state })
      },
    }),
    ...riskRoutes({
      id: 'reject',
      path: 'reject',
      summary: "Reject a request with the user's signing method",
      guard,
      body: confirmation,
      handle: async (body, context, headers) => {
        await rejectRequest(services, actorFromRequest(context), await prove(body, context, headers))
        return success('Request rejected')
      },
    }),
  ]
}

/** The routes that show what waits. */
function readRoutes(services: RiskApiContext['services'], guard: Guard): readonly Route[] {
  return [
    ...riskRoutes({
      id: 'listApprovals',
      path: 'approvals',
      summary: 'List what waits for a user: own acts, and those that the user can approve',
      guard,
      body: z.object({ userId: id.optional() }),
      reads: true,
      handle: async ({ userId }, context) => {
        const user = resolveUser(userId, context)
        return success('Requests that wait', await listRequests(services, context.caller.tenant, user))
      },
    }),
    ...riskRoutes({
      id: 'getApproval',
      path: 'approval',
      summary: 'Get a request that waits, with the whole of what is signed and what a change of policies changes',
      guard,
      body: confirmation,
      reads: true,
      handle: async ({ id: requestId, userId }, context) => {
        const user = resolveUser(userId, context)
        const request = await getWholeRequest(services, context.caller.tenant, requestId, user)
        return success('Request that waits', request)
      },
    }),
  ]
}

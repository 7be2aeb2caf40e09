import type { RequestContext, Route } from '@billfold/core/http'
import {
  actorFromRequest,
  authorizeWithSigningMethod,
  parseSigningMethod,
  type SigningMethodHeaders,
} from '@billfold/core/modules'
import { z } from 'zod'
import { approveRequest, type Confirmation, listRequests, rejectRequest } from '../requests/approvals.ts'
import type { RiskApiContext } from './context.ts'
import { riskGuards, riskRoutes } from './risk-route.ts'
import { success } from './reply-format.ts'

const id = z.string().min(1).max(36)
const confirmation = z.object({ id, userId: id })

/** The routes for what waits, for service keys with the scope `risk:approvals` on behalf of a user, with a method of that user. */
export function approvalRoutes({ services, settings }: RiskApiContext): readonly Route[] {
  const guard = riskGuards(services).approvals
  const prove = async (
    body: z.output<typeof confirmation>,
    context: RequestContext,
    headers: SigningMethodHeaders,
  ): Promise<Confirmation> => {
    const presented = await parseSigningMethod(services, context, headers)
    const method = await authorizeWithSigningMethod(services, actorFromRequest(context), body.userId, presented)
    return { requestId: body.id, userId: body.userId, method }
  }
  return [
    ...riskRoutes({
      id: 'listApprovals',
      path: 'approvals',
      summary: 'List what waits for a user: own acts, and those that the user can approve',
      guard,
      body: z.object({ userId: id }),
      reads: true,
      handle: async ({ userId }, { caller }) =>
        success('Requests that wait', await listRequests(services, caller.tenant, userId)),
    }),
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

import { type Api, jsonErrorReply, jsonErrorSchema, route } from '@billfold/core/http'
import { actorFromRequest, type ModuleContext, serviceGuard } from '@billfold/core/modules'
import { z } from 'zod'
import { getAccount, redeem } from './points.ts'

const params = z.object({ userId: z.string().max(36) })
const balance = z.object({ points: z.int() })

/** The HTTP API of the module, for service keys with the scope `loyalty`. */
export function loyaltyApi({ services }: ModuleContext): Api {
  const guard = serviceGuard(services, 'loyalty')
  return {
    name: 'loyalty',
    title: 'Loyalty points',
    errorReply: jsonErrorReply,
    errorSchema: jsonErrorSchema,
    routes: [
      route({
        id: 'getPoints',
        method: 'GET',
        path: '/users/:userId/points',
        summary: 'Returns the points of a user',
        guard,
        params,
        replies: { 200: { description: 'The points', schema: balance } },
        handler: async ({ params: { userId } }, { caller }) => {
          const { points } = await getAccount(services, caller.tenant, userId)
          return { status: 200, body: { points } }
        },
      }),
      route({
        id: 'redeemPoints',
        method: 'POST',
        path: '/users/:userId/redemptions',
        summary: 'Redeems points of a user',
        guard,
        params,
        body: { encoding: 'json', limit: 1024, schema: z.object({ points: z.int().min(1).max(1_000_000) }) },
        replies: { 200: { description: 'The remaining points', schema: balance } },
        handler: async ({ params: { userId }, body }, context) => {
          await redeem(services, actorFromRequest(context), userId, body.points)
          const { points } = await getAccount(services, context.caller.tenant, userId)
          return { status: 200, body: { points } }
        },
      }),
    ],
  }
}

import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { listMethods } from '../../identity/signing-methods/methods.ts'
import { updateWallet } from '../wallets/update.ts'
import type { CustodyContext } from './context.ts'
import { getCustodyUser, getReachableWallet } from './custody-user.ts'
import { custodySuccessReply } from './response-format.ts'
import { idSchema, resultSchemas, successSchema } from './schemas.ts'
import { walletReply } from './wallet-reply.ts'

const profileBody = z.object({
  userId: z.string(),
  username: z.string().optional().describe('The reference of the user'),
  hasMasterPin: z.boolean().describe('True if the user has a PIN'),
})

/** The routes that only the vendor's client for browsers calls. */
export function clientRoutes(custody: CustodyContext): readonly Route[] {
  return [profileRoute(custody), unlinkRoute(custody, 'DELETE'), unlinkRoute(custody, 'GET')]
}

function profileRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'getProfile',
    method: 'GET',
    path: '/api/profile',
    summary: 'Get the profile of a user, or, without userId, that of the caller, a service key',
    guard: service,
    query: z.object({ userId: idSchema.optional() }),
    replies: {
      200: { description: 'The profile', schema: successSchema(profileBody) },
      404: { description: 'No such user' },
    },
    handler: async ({ query }, { caller }) => {
      if (query.userId === undefined) return custodySuccessReply({ userId: caller.id, hasMasterPin: false })
      const { id, tenant, reference } = await getCustodyUser(services, caller, query.userId)
      const methods = await listMethods(services, tenant, id)
      const hasMasterPin = methods.some(({ type }) => type === 'PIN')
      return custodySuccessReply({ userId: id, ...(reference !== null && { username: reference }), hasMasterPin })
    },
  })
}

/**
 * At the vendor a person takes a wallet away from an application; here it is archived, which `PATCH` reverts. The client sends GET, so GET
 * is served as well: the caller is authenticated by a header, and a repetition changes nothing.
 */
function unlinkRoute(custody: CustodyContext, method: 'DELETE' | 'GET'): Route {
  const { services, service } = custody
  return route({
    id: method === 'DELETE' ? 'unlinkWallet' : 'unlinkWalletByGet',
    method,
    path: '/api/wallets/:walletId/link',
    summary: 'Archive a wallet, so that it is listed no more and signs nothing; PATCH restores it',
    guard: service,
    params: z.object({ walletId: idSchema }),
    replies: {
      200: { description: 'The wallet', schema: successSchema(resultSchemas.wallet) },
      404: { description: 'No such wallet' },
    },
    handler: async ({ params }, context) => {
      const wallet = await getReachableWallet(services, context.caller, params.walletId)
      const isArchived = wallet.archivedAt !== null
      return walletReply(
        custody,
        isArchived ? wallet : await updateWallet(services, actorFromRequest(context), wallet.id, { archived: true }),
      )
    },
  })
}

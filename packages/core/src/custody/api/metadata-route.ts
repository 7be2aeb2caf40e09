import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { updateWallet } from '../wallets/update.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import type { CustodyContext } from './context.ts'
import { getReachableWallet } from './custody-user.ts'
import { walletReply } from './wallet-reply.ts'
import { custodyBodyLimit, idSchema, optionalField, resultSchemas, successSchema } from './schemas.ts'

const walletChange = z.object({
  description: z.string().max(1024).nullable().optional(),
  identifier: z.string().max(256).nullable().optional(),
  archived: optionalField(z.boolean()),
  primary: optionalField(z.boolean()),
})

/** The routes that update the metadata of a wallet. Official clients use either of the two paths. */
export function metadataRoutes(custody: CustodyContext): readonly Route[] {
  return [
    metadataRoute(custody, 'updateWalletMetadata', '/api/wallets/:walletId/metadata'),
    metadataRoute(custody, 'updateWallet', '/api/wallets/:walletId'),
  ]
}

function metadataRoute(custody: CustodyContext, name: string, path: string): Route {
  const { services, service } = custody
  return route({
    id: name,
    method: 'PATCH',
    path,
    summary:
      'Update the description and identifier of a wallet, archive or unarchive it, or make it the primary wallet of its owner and chain',
    guard: service,
    params: z.object({ walletId: idSchema }),
    body: { encoding: 'json', schema: walletChange, limit: custodyBodyLimit },
    replies: {
      200: { description: 'The wallet', schema: successSchema(resultSchemas.wallet) },
      404: { description: 'No such wallet' },
    },
    handler: async ({ params, body }, context) => {
      const { id } = await getReachableWallet(services, context.caller, params.walletId)
      return walletReply(custody, await updateWallet(services, actorFromRequest(context), id, body))
    },
  })
}

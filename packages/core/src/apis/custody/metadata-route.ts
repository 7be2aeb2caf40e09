import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { changeWallet } from '../../wallets/change.ts'
import { actorOf } from '../authority.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { presentWallet } from './present.ts'
import { bodyLimit, id, results, succeeded } from './schemas.ts'

const walletChange = z.object({
  description: z.string().max(1024).nullable().optional(),
  archived: z.boolean().optional(),
  primary: z.boolean().optional(),
})

/** The routes that update the metadata of a wallet. Official clients use either of the two paths. */
export function metadataRoutes(custody: Custody): readonly Route[] {
  return [
    metadataRoute(custody, 'updateWalletMetadata', '/api/wallets/:walletId/metadata'),
    metadataRoute(custody, 'updateWallet', '/api/wallets/:walletId'),
  ]
}

function metadataRoute({ services, chains, service }: Custody, name: string, path: string): Route {
  return route({
    id: name,
    method: 'PATCH',
    path,
    summary:
      'Update the description of a wallet, archive or unarchive it, or make it the primary wallet of its owner and chain',
    guard: service,
    params: z.object({ walletId: id }),
    body: { encoding: 'json', schema: walletChange, limit: bodyLimit },
    replies: {
      200: { description: 'The wallet', schema: succeeded(results.wallet) },
      404: { description: 'No such wallet' },
    },
    handler: async ({ params, body }, context) =>
      success(presentWallet(chains, await changeWallet(services, actorOf(context), params.walletId, body))),
  })
}

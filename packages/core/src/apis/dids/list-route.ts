import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { listIdentities } from '../../identities/find.ts'
import type { Dids } from './dids.ts'
import { presentWallet } from './present.ts'
import { mostListed, paging, replies } from './schemas.ts'

const query = z.object({
  vaultId: z.string().max(64).optional(),
  did: z.string().max(128).optional(),
  alias: z.string().max(128).optional(),
  ...paging,
})

/** Lists wallets. Without `limit` as many as a reply holds; where there are more, `next` says where to go on. */
export function listRoute({ services, service }: Dids): Route {
  return route({
    id: 'getWallets',
    method: 'GET',
    path: '/wallets',
    summary: 'Get identity wallets: of a vault, by DID, by alias, or all of them, oldest first',
    guard: service,
    query,
    replies: { 200: { description: 'The wallets', schema: replies.wallets } },
    handler: async ({ query: { limit = mostListed, after, ...filter } }, { caller }) => {
      const { rows, next } = await listIdentities(services, caller.tenant, filter, { limit, after })
      return { status: 200, body: { wallets: rows.map(presentWallet), ...(next !== undefined && { next }) } }
    },
  })
}

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

/** Lists wallets. Without `limit`, a page has the maximum size; `next` is present if there are more. */
export function listRoute({ services, service }: Dids): Route {
  return route({
    id: 'getWallets',
    method: 'GET',
    path: '/wallets',
    summary: 'List DID wallets, oldest first, optionally by vault, DID or alias',
    guard: service,
    query,
    replies: { 200: { description: 'The wallets', schema: replies.wallets } },
    handler: async ({ query: { limit = mostListed, after, ...filter } }, { caller }) => {
      const { rows, next } = await listIdentities(services, caller.tenant, filter, { limit, after })
      return { status: 200, body: { wallets: rows.map(presentWallet), ...(next !== undefined && { next }) } }
    },
  })
}

import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { listDidWallets } from '../did-wallets/find.ts'
import type { DidsContext } from './context.ts'
import { toDidWalletBody } from './response-bodies.ts'
import { maxDidPageSize, didPageQuery, didReplySchemas } from './schemas.ts'

const query = z.object({
  vaultId: z.string().max(64).optional(),
  did: z.string().max(128).optional(),
  alias: z.string().max(128).optional(),
  ...didPageQuery,
})

/** Lists wallets. Without `limit`, a page has the maximum size; `next` is present if there are more. */
export function listDidWalletsRoute({ services, serviceGuard }: DidsContext): Route {
  return route({
    id: 'getWallets',
    method: 'GET',
    path: '/wallets',
    summary: 'List DID wallets, oldest first, optionally by vault, DID or alias',
    guard: serviceGuard,
    query,
    replies: { 200: { description: 'The wallets', schema: didReplySchemas.wallets } },
    handler: async ({ query: { limit = maxDidPageSize, after, ...filter } }, { caller }) => {
      const { rows, next } = await listDidWallets(services, caller.tenant, filter, { limit, after })
      return { status: 200, body: { wallets: rows.map(toDidWalletBody), ...(next !== undefined && { next }) } }
    },
  })
}

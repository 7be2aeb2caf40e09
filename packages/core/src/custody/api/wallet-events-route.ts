import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { listWalletEvents } from '../wallets/wallet-events.ts'
import type { CustodyContext } from './context.ts'
import { getReachableWallet } from './custody-user.ts'
import { readPage } from './pagination.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyPaging, idSchema, pageSchema } from './schemas.ts'

const eventBody = z.object({
  eventTimestamp: z.string(),
  type: z.string().describe('WALLET_CREATED, SIGNATURE_CREATED, OUTGOING_TRANSACTION, ...'),
  client: z.string().describe('The service key that caused it'),
  metadata: z.string().describe('Ids and words as JSON'),
  walletId: z.string(),
})

/** The route that lists what has happened to a wallet. */
export function walletEventsRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'listWalletEvents',
    method: 'GET',
    path: '/api/wallets/:walletId/events',
    summary: 'List the events of a wallet from the audit log, newest first',
    guard: service,
    params: z.object({ walletId: idSchema }),
    query: z.object(custodyPaging),
    replies: {
      200: { description: 'A page of events', schema: pageSchema(eventBody) },
      404: { description: 'No such wallet' },
    },
    handler: async ({ params, query }, { caller }) => {
      const wallet = await getReachableWallet(services, caller, params.walletId)
      const { items, pagination } = await readPage(query, (offset, limit) =>
        listWalletEvents(services, wallet, offset, limit),
      )
      const events = items.map(({ at, ...event }) => ({
        ...event,
        eventTimestamp: new Date(at).toISOString(),
        walletId: wallet.id,
      }))
      return custodySuccessReply(events, pagination)
    },
  })
}

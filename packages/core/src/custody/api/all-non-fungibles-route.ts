import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { listWallets } from '../wallets/find.ts'
import { callIndexer } from './balance-routes.ts'
import type { CustodyContext } from './context.ts'
import { visibleUserOrigins } from './custody-user.ts'
import { custodySuccessReply } from './response-format.ts'
import { booleanQuerySchema, idSchema, successSchema, secretTypeField } from './schemas.ts'
import { nonFungibleBody, toNonFungibleBody } from './token-bodies.ts'
import { nodeUnavailable } from './without-sending.ts'

/** The maximum number of wallets whose tokens are listed at once. */
const maxWallets = 50

const walletItems = z.object({
  walletId: z.string(),
  walletAddress: z.string(),
  walletType: z.string(),
  secretType: secretTypeField,
  items: z.array(nonFungibleBody),
})

/** The route that lists the non-fungible tokens of several wallets. It comes before that of a wallet, whose path it fits. */
export function allNonFungiblesRoute(custody: CustodyContext): Route {
  const { services, service, tokenIndexer } = custody
  return route({
    id: 'listNonFungibles',
    method: 'GET',
    path: '/api/wallets/nonfungibles',
    summary: `List the non-fungible tokens of up to ${maxWallets} wallets of a user or a chain, newest wallets first`,
    guard: service,
    query: z.object({
      secretType: z.union([secretTypeField, z.array(secretTypeField).max(20)]).optional(),
      userId: idSchema.optional(),
      includeUsers: booleanQuerySchema.optional().describe('False lists those of wallets without a user only'),
      includePossibleSpam: booleanQuerySchema.optional(),
      includeNsfw: booleanQuerySchema.optional(),
    }),
    replies: {
      200: { description: 'The wallets that hold any', schema: successSchema(z.array(walletItems)) },
      501: { description: 'The host has no indexer of tokens' },
      503: nodeUnavailable,
    },
    handler: async ({ query }, { caller }) => {
      const named = query.secretType === undefined ? undefined : [query.secretType].flat()
      const filter = {
        userId: query.userId,
        secretTypes: named,
        userOrigins: visibleUserOrigins(caller, query.includeUsers),
      }
      const wallets = await listWallets(services, caller.tenant, filter, { offset: 0, limit: maxWallets })
      const indexed = wallets.filter(({ secretType }) => tokenIndexer?.supports(secretType) === true)
      // Without any indexed chain the caller learns why the list is empty.
      const [first] = named ?? []
      if (tokenIndexer === undefined || (indexed.length === 0 && first !== undefined))
        await callIndexer(custody, first ?? '', () => Promise.resolve())
      const result = await Promise.all(
        indexed.map(async ({ id, address, secretType }) => {
          const owner = { secretType, address }
          const items = await callIndexer(custody, secretType, (indexer) => indexer.listNonFungibles(owner))
          const wanted = items.filter(
            ({ contract }) =>
              (contract.possibleSpam !== true || query.includePossibleSpam === true) &&
              (contract.isNsfw !== true || query.includeNsfw === true),
          )
          const body = { walletId: id, walletAddress: address, walletType: 'WHITE_LABEL', secretType }
          return { ...body, items: wanted.map(toNonFungibleBody) }
        }),
      )
      return custodySuccessReply(result.filter(({ items }) => items.length > 0))
    },
  })
}

import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { fetchBalances } from '../transactions/balances.ts'
import { getCustodyUser, getReachableWallet, visibleUserOrigins } from './custody-user.ts'
import { getChain } from '../wallets/chains/index.ts'
import { createStandaloneWallet, createUserWallet } from '../wallets/create.ts'
import { countWallets, listWallets, walletSortColumns } from '../wallets/find.ts'
import {
  actorFromRequest,
  parseSigningMethod,
  authorizeWithSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { safeAccountType } from '../smart-accounts/safe-account.ts'
import { chainRoutes } from './chains-route.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { exportRoute } from './export-route.ts'
import { importRoute } from './import-route.ts'
import { metadataRoutes } from './metadata-route.ts'
import { readPage } from './pagination.ts'
import { walletReply } from './wallet-reply.ts'
import { toCustodyWalletBody } from './response-bodies.ts'
import {
  custodyBodyLimit,
  booleanQuerySchema,
  idSchema,
  custodyPaging,
  pincodeSchema,
  resultSchemas,
  optionalField,
  pageSchema,
  sortOrderQuery,
  successSchema,
  secretTypeField,
} from './schemas.ts'

const newWallet = z.object({
  secretType: secretTypeField,
  walletType: optionalField(z.string().max(64)).describe(
    'SMART_ACCOUNT for a contract account (ERC-4337), whose owner is the key of the wallet. Others make no difference',
  ),
  userId: optionalField(idSchema),
  description: optionalField(z.string().max(1024)),
  identifier: optionalField(z.string().max(256)),
  pincode: optionalField(pincodeSchema),
})

const filters = z.object({
  ...custodyPaging,
  secretType: secretTypeField.optional(),
  userId: idSchema.optional(),
  identifier: z.string().max(256).optional(),
  address: z.string().max(128).optional(),
  archived: booleanQuerySchema.optional(),
  includeUsers: booleanQuerySchema.optional().describe('False lists wallets without a user only'),
  linkable: booleanQuerySchema
    .optional()
    .describe('True lists wallets that can be linked to a user: those without one'),
  owner: idSchema.optional().describe('The same as userId'),
  includeBalance: booleanQuerySchema.optional().describe('False leaves the balances out, and asks no node'),
  sortOn: z.enum(walletSortColumns).optional(),
  sortOrder: sortOrderQuery,
})

/** The routes that create, import, export, update, list and get wallets, and list the chains. */
export function walletRoutes(custody: CustodyContext): readonly Route[] {
  const { services, chains, service } = custody
  return [
    createRoute(custody),
    importRoute(custody),
    exportRoute(custody),
    ...metadataRoutes(custody),
    ...chainRoutes(custody),
    route({
      id: 'listWallets',
      method: 'GET',
      path: '/api/wallets',
      summary: 'List wallets, newest first by default',
      guard: service,
      query: filters,
      replies: { 200: { description: 'A page of wallets', schema: pageSchema(resultSchemas.wallet) } },
      handler: async ({ query }, { caller }) => {
        const { userId = query.owner, linkable, includeUsers } = query
        const userOrigins = visibleUserOrigins(caller, linkable === true ? false : includeUsers)
        const filter = { ...query, userId, userOrigins, hasUser: linkable === false ? true : undefined }
        const { items, pagination } = await readPage(
          query,
          (offset, limit) => listWallets(services, caller.tenant, filter, { ...query, offset, limit }),
          (offset, limit) => countWallets(services, caller.tenant, filter, { offset, limit }),
        )
        const balances = query.includeBalance === false ? noBalances : await fetchBalances(services, items)
        return custodySuccessReply(
          items.map((row) => toCustodyWalletBody(chains, row, balances.get(row.id))),
          pagination,
        )
      },
    }),
    route({
      id: 'getWallet',
      method: 'GET',
      path: '/api/wallets/:walletId',
      summary: 'Get a wallet',
      guard: service,
      params: z.object({ walletId: idSchema }),
      replies: {
        200: { description: 'The wallet', schema: successSchema(resultSchemas.wallet) },
        404: { description: 'No such wallet' },
      },
      handler: async ({ params }, { caller }) => {
        return walletReply(custody, await getReachableWallet(services, caller, params.walletId))
      },
    }),
  ]
}

function createRoute(custody: CustodyContext): Route {
  const { services, chains, methods, service } = custody
  return route({
    id: 'createWallet',
    method: 'POST',
    path: '/api/wallets',
    summary:
      "Create a wallet for a user, authorized by the user's signing methods, or a standalone wallet with its own PIN",
    guard: service,
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: newWallet, limit: custodyBodyLimit, raw: 'if-available' },
    replies: { 200: { description: 'The wallet', schema: successSchema(resultSchemas.wallet) } },
    handler: async ({ body, headers }, context) => {
      const actor = actorFromRequest(context)
      const chain = getChain(chains, body.secretType)
      const input = { ...body, accountType: toAccountType(custody, body) }
      if (body.userId === undefined) {
        if (body.pincode === undefined) throw new BillfoldError('input.invalid', { issues: [pincodeMissing] })
        return walletReply(custody, await createStandaloneWallet(services, methods, actor, chain, input, body.pincode))
      }
      const user = await getCustodyUser(services, context.caller, body.userId)
      const header = await parseSigningMethod(services, context, headers)
      const authorizedBy = await authorizeWithSigningMethod(services, actor, user.id, header, body.pincode)
      return walletReply(
        custody,
        await createUserWallet(services, actor, user.id, chain, { ...input, userOrigin: user.origin }, authorizedBy),
      )
    },
  })
}

/** @throws BillfoldError `smart-account.unavailable` if the host has no bundler for the chain */
function toAccountType(
  { services }: CustodyContext,
  { walletType, secretType }: z.output<typeof newWallet>,
): string | undefined {
  if (walletType !== 'SMART_ACCOUNT') return undefined
  if (services.smartAccounts?.has(secretType) !== true) throw new BillfoldError('smart-account.unavailable')
  return safeAccountType
}

/** The list without balances, which takes no request to a node. */
const noBalances: ReadonlyMap<string, bigint> = new Map()

const pincodeMissing = { path: 'pincode', message: 'is required for a wallet without a user' }

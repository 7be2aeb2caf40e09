import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { balancesOf } from '../../transactions/balances.ts'
import { findUser } from '../../users/find.ts'
import { chainOf } from '../../wallets/chains/index.ts'
import { createOwnWallet, createUserWallet } from '../../wallets/create.ts'
import { findWallet, listWallets, walletSorts } from '../../wallets/find.ts'
import { actorOf, methodIn, openAuthority } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import { chainsRoute } from './chains-route.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { exportRoute } from './export-route.ts'
import { importRoute } from './import-route.ts'
import { metadataRoutes } from './metadata-route.ts'
import { presentWallet } from './present.ts'
import { bodyLimit, flag, id, paging, pincode, results, succeeded } from './schemas.ts'

const newWallet = z.object({
  secretType: z.string().max(32),
  userId: id.optional(),
  description: z.string().max(1024).optional(),
  identifier: z.string().max(256).optional(),
  pincode: pincode.optional(),
})

const filters = z.object({
  ...paging,
  secretType: z.string().max(32).optional(),
  userId: id.optional(),
  identifier: z.string().max(256).optional(),
  address: z.string().max(128).optional(),
  archived: flag.optional(),
  sortOn: z.enum(walletSorts).optional(),
  sortOrder: z
    .string()
    .regex(/^(asc|desc)$/i)
    .transform((order) => (order.toLowerCase() === 'asc' ? ('asc' as const) : ('desc' as const)))
    .optional(),
})

/** The routes that create, import, export, update, list and get wallets, and list the chains. */
export function walletRoutes(custody: Custody): readonly Route[] {
  const { services, chains, service } = custody
  return [
    createRoute(custody),
    importRoute(custody),
    exportRoute(custody),
    ...metadataRoutes(custody),
    chainsRoute(custody),
    route({
      id: 'listWallets',
      method: 'GET',
      path: '/api/wallets',
      summary: 'List wallets, newest first by default',
      guard: service,
      query: filters,
      replies: { 200: { description: 'A page of wallets', schema: succeeded(z.array(results.wallet)) } },
      handler: async ({ query }, { caller }) => {
        const rows = await listWallets(services, caller.tenant, query, query)
        const balances = await balancesOf(services, rows)
        return success(rows.map((row) => presentWallet(chains, row, balances.get(row.id))))
      },
    }),
    route({
      id: 'getWallet',
      method: 'GET',
      path: '/api/wallets/:walletId',
      summary: 'Get a wallet',
      guard: service,
      params: z.object({ walletId: id }),
      replies: {
        200: { description: 'The wallet', schema: succeeded(results.wallet) },
        404: { description: 'No such wallet' },
      },
      handler: async ({ params }, { caller }) => {
        const wallet = await findWallet(services, caller.tenant, params.walletId)
        const balances = await balancesOf(services, [wallet])
        return success(presentWallet(chains, wallet, balances.get(wallet.id)))
      },
    }),
  ]
}

function createRoute({ services, chains, methods, service }: Custody): Route {
  return route({
    id: 'createWallet',
    method: 'POST',
    path: '/api/wallets',
    summary:
      "Create a wallet for a user, authorized by the user's signing methods, or a standalone wallet with its own PIN",
    guard: service,
    headers: signingMethodHeader,
    body: { encoding: 'json', schema: newWallet, limit: bodyLimit, raw: 'when-kept' },
    replies: { 200: { description: 'The wallet', schema: succeeded(results.wallet) } },
    handler: async ({ body, headers }, context) => {
      const actor = actorOf(context)
      const chain = chainOf(chains, body.secretType)
      if (body.userId === undefined) {
        if (body.pincode === undefined) throw new BillfoldError('input.invalid', { issues: [pincodeMissing] })
        return success(
          presentWallet(chains, await createOwnWallet(services, methods, actor, chain, body, body.pincode)),
        )
      }
      const user = await findUser(services, actor.tenant, body.userId)
      const header = await methodIn(services, context, headers)
      const authorizedBy = await openAuthority(services, actor, user.id, header, body.pincode)
      return success(presentWallet(chains, await createUserWallet(services, actor, user.id, chain, body, authorizedBy)))
    },
  })
}

const pincodeMissing = { path: 'pincode', message: 'is required for a wallet without a user' }

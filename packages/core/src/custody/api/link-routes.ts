import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { getCustodyUser, getReachableWallet } from './custody-user.ts'
import { linkWallet } from '../wallets/link.ts'
import {
  actorFromRequest,
  parseSigningMethod,
  authorizeWithSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { walletReply } from './wallet-reply.ts'
import { custodyBodyLimit, idSchema, pincodeSchema, resultSchemas, successSchema } from './schemas.ts'

const linkPaths = [
  { id: 'linkWallet', method: 'PUT', path: '/api/wallets/:walletId/user' },
  { id: 'linkWalletByPost', method: 'POST', path: '/api/wallets/:walletId/user' },
  { id: 'linkWalletByPath', method: 'PUT', path: '/api/wallets/:walletId/link' },
  { id: 'linkWalletByPathAndPost', method: 'POST', path: '/api/wallets/:walletId/link' },
] as const

/** The routes that link a standalone wallet to a user: one operation under every path that clients use. */
export function linkRoutes(custody: CustodyContext): readonly Route[] {
  const { services, service } = custody
  return linkPaths.map((linkPath) =>
    route({
      ...linkPath,
      summary: "Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN",
      guard: service,
      params: z.object({ walletId: idSchema }),
      headers: signingMethodHeadersSchema,
      body: {
        encoding: 'json',
        schema: z.object({ userId: idSchema, pincode: pincodeSchema }),
        limit: custodyBodyLimit,
        raw: 'if-available',
      },
      replies: { 200: { description: 'The wallet', schema: successSchema(resultSchemas.wallet) } },
      handler: async ({ params, headers, body }, context) => {
        const actor = actorFromRequest(context)
        const wallet = await getReachableWallet(services, context.caller, params.walletId)
        if (wallet.userId !== null) throw new BillfoldError('wallet.already-linked')
        const user = await getCustodyUser(services, context.caller, body.userId)
        const header = await parseSigningMethod(services, context, headers)
        const byUser = await authorizeWithSigningMethod(services, actor, user.id, header)
        const byWalletPin = await authorizeWithSigningMethod(services, actor, wallet.id, undefined, body.pincode)
        const linked = await linkWallet(
          services,
          actor,
          wallet.id,
          user.id,
          { wallet: byWalletPin, user: byUser },
          user.origin,
        )
        return walletReply(custody, linked)
      },
    }),
  )
}

import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { findUser } from '../../users/find.ts'
import { findWallet } from '../../wallets/find.ts'
import { linkWallet } from '../../wallets/link.ts'
import { actorOf, methodIn, openAuthority } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { presentWallet } from './present.ts'
import { bodyLimit, id, pincode, results, succeeded } from './schemas.ts'

const linkPaths = [
  { id: 'linkWallet', method: 'PUT', path: '/api/wallets/:walletId/user' },
  { id: 'linkWalletByPost', method: 'POST', path: '/api/wallets/:walletId/user' },
  { id: 'linkWalletByPath', method: 'PUT', path: '/api/wallets/:walletId/link' },
  { id: 'linkWalletByPathAndPost', method: 'POST', path: '/api/wallets/:walletId/link' },
] as const

/** The routes that link a standalone wallet to a user: one operation under every path that clients use. */
export function linkRoutes({ services, chains, service }: Custody): readonly Route[] {
  return linkPaths.map((linkPath) =>
    route({
      ...linkPath,
      summary: "Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN",
      guard: service,
      params: z.object({ walletId: id }),
      headers: signingMethodHeader,
      body: { encoding: 'json', schema: z.object({ userId: id, pincode }), limit: bodyLimit, raw: 'when-kept' },
      replies: { 200: { description: 'The wallet', schema: succeeded(results.wallet) } },
      handler: async ({ params, headers, body }, context) => {
        const actor = actorOf(context)
        const wallet = await findWallet(services, actor.tenant, params.walletId)
        if (wallet.userId !== null) throw new BillfoldError('wallet.linked')
        const user = await findUser(services, actor.tenant, body.userId)
        const header = await methodIn(services, context, headers)
        const byUser = await openAuthority(services, actor, user.id, header)
        const byWalletPin = await openAuthority(services, actor, wallet.id, undefined, body.pincode)
        const linked = await linkWallet(services, actor, wallet.id, user.id, { wallet: byWalletPin, user: byUser })
        return success(presentWallet(chains, linked))
      },
    }),
  )
}

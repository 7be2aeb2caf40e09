import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { getChain } from '../wallets/chains/index.ts'
import type { CustodyContext } from './context.ts'
import { getReachableWallet } from './custody-user.ts'
import { idSchema } from './schemas.ts'

const replies = { 400: { description: 'The chain has no token associations' } }

/** The routes of token associations, which only Hedera has. They say that the chain is not supported. */
export function associationRoutes({ services, chains, service }: CustodyContext): readonly Route[] {
  const refuse = (secretType: string): never => {
    getChain(chains, secretType)
    throw new BillfoldError('transaction.unsupported-type')
  }
  return [
    route({
      id: 'listTokenAssociationsOfWallet',
      unlisted: true,
      method: 'GET',
      path: '/api/wallets/:walletId/tokens/associations',
      summary: 'Hedera is not supported',
      guard: service,
      params: z.object({ walletId: idSchema }),
      replies,
      handler: async ({ params }, { caller }) =>
        refuse((await getReachableWallet(services, caller, params.walletId)).secretType),
    }),
    route({
      id: 'listTokenAssociationsOfAddress',
      unlisted: true,
      method: 'GET',
      path: '/api/wallets/:secretType/:address/tokens/associations',
      summary: 'Hedera is not supported',
      guard: service,
      params: z.object({ secretType: z.string().max(32), address: z.string().max(128) }),
      replies,
      handler: async ({ params }) => refuse(params.secretType),
    }),
  ]
}

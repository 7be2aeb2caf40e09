import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { successSchema } from './schemas.ts'

const chainBody = z.object({
  secretType: z.string(),
  symbol: z.string(),
  decimals: z.number(),
  importWalletTypes: z
    .array(z.string())
    .describe('The importWalletType values of POST /api/wallets/import for this chain'),
})

/** The route that lists the enabled chains. */
export function chainsRoute({ chains, service }: CustodyContext): Route {
  return route({
    id: 'listChains',
    method: 'GET',
    path: '/api/chains',
    summary: 'List the chains on which wallets can be created',
    guard: service,
    replies: { 200: { description: 'The chains', schema: successSchema(z.array(chainBody)) } },
    handler: () => Promise.resolve(custodySuccessReply([...chains.values()].map(toChainBody))),
  })
}

function toChainBody({ secretType, symbol, decimals, parseWif }: Chain): z.output<typeof chainBody> {
  const forms = ['PRIVATE_KEY', 'KEYSTORE', ...(parseWif === undefined ? [] : ['WIF'])]
  return { secretType, symbol, decimals, importWalletTypes: forms.map((form) => `${secretType}_${form}`) }
}

import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import type { Chain } from '../../wallets/chains/chain.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { succeeded } from './schemas.ts'

const chainBody = z.object({
  secretType: z.string(),
  symbol: z.string(),
  decimals: z.number(),
  importWalletTypes: z
    .array(z.string())
    .describe('The importWalletType values of POST /api/wallets/import for this chain'),
})

/** The route that lists the enabled chains. */
export function chainsRoute({ chains, service }: Custody): Route {
  return route({
    id: 'listChains',
    method: 'GET',
    path: '/api/chains',
    summary: 'List the chains on which wallets can be created',
    guard: service,
    replies: { 200: { description: 'The chains', schema: succeeded(z.array(chainBody)) } },
    handler: () => Promise.resolve(success([...chains.values()].map(toChainBody))),
  })
}

function toChainBody({ secretType, symbol, decimals, readWif }: Chain): z.output<typeof chainBody> {
  const forms = ['PRIVATE_KEY', 'KEYSTORE', ...(readWif === undefined ? [] : ['WIF'])]
  return { secretType, symbol, decimals, importWalletTypes: forms.map((form) => `${secretType}_${form}`) }
}

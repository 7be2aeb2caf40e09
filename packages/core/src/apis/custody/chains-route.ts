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
  importWalletTypes: z.array(z.string()).describe('What POST /api/wallets/import takes for this chain'),
})

/** Which chains there are. */
export function chainsRoute({ chains, service }: Custody): Route {
  return route({
    id: 'listChains',
    method: 'GET',
    path: '/api/chains',
    summary: 'List the chains that wallets can be made on',
    guard: service,
    replies: { 200: { description: 'The chains', schema: succeeded(z.array(chainBody)) } },
    handler: () => Promise.resolve(success([...chains.values()].map(presentChain))),
  })
}

function presentChain({ secretType, symbol, decimals, readWif }: Chain): z.output<typeof chainBody> {
  const forms = ['PRIVATE_KEY', 'KEYSTORE', ...(readWif === undefined ? [] : ['WIF'])]
  return { secretType, symbol, decimals, importWalletTypes: forms.map((form) => `${secretType}_${form}`) }
}

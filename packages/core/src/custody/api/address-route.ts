import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { getChain } from '../wallets/chains/index.ts'
import { isAddressOf } from '../wallets/chains/is-address.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { successSchema, secretTypeField } from './schemas.ts'

/** The route that checks whether a text is an address of a chain. */
export function addressRoute({ chains, service }: CustodyContext): Route {
  return route({
    id: 'validateAddress',
    method: 'GET',
    path: '/api/wallets/address/validation/:secretType/:address',
    summary: 'Check whether a text is an address of a chain, with its checksum',
    guard: service,
    params: z.object({ secretType: secretTypeField, address: z.string().max(256) }),
    replies: { 200: { description: 'The result', schema: successSchema(z.object({ valid: z.boolean() })) } },
    handler: async ({ params }) =>
      custodySuccessReply({ valid: isAddressOf(getChain(chains, params.secretType).secretType, params.address) }),
  })
}

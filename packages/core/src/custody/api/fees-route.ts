import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { assertTransactionsSupported } from '../transactions/formats/families.ts'
import { fetchRecommendedFees } from '../transactions/recommended-fees.ts'
import { getChain } from '../wallets/chains/index.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { successSchema, secretTypeField } from './schemas.ts'
import { nodeUnavailable, withoutSending } from './without-sending.ts'

const feesBody = z.object({
  secretType: secretTypeField,
  gasPrice: z.number().optional().describe('Wei per gas, on chains without a base fee'),
  maxFeePerGas: z.number().optional().describe('Wei per gas (EIP-1559)'),
  maxPriorityFeePerGas: z.number().optional().describe('Wei per gas (EIP-1559)'),
  feeRate: z.number().optional().describe('Bitcoin, Litecoin: satoshis per virtual byte'),
  computeUnitPrice: z.number().optional().describe('SOLANA: millionths of a lamport per compute unit'),
  energyPrice: z.number().optional().describe('TRON: sun per unit of energy that is burnt'),
  bandwidthPrice: z.number().optional().describe('TRON: sun per byte of bandwidth that is burnt'),
})

/** The route of the fees that a chain asks for now. */
export function feesRoute({ services, chains, service }: CustodyContext): Route {
  return route({
    id: 'getTransactionFees',
    method: 'GET',
    path: '/api/transactions/:secretType/fees',
    summary: 'Get the fees with which a transaction is sent now',
    guard: service,
    params: z.object({ secretType: secretTypeField }),
    replies: {
      200: {
        description: 'The fees by the names of chainSpecificFields; of TRON, its prices',
        schema: successSchema(feesBody),
      },
      503: nodeUnavailable,
    },
    handler: async ({ params }) => {
      const { secretType } = getChain(chains, params.secretType)
      assertTransactionsSupported(services.chainConnections, secretType)
      const fees = await withoutSending(() => fetchRecommendedFees(services, secretType))
      return custodySuccessReply({ secretType, ...fees })
    },
  })
}

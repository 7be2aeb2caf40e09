import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { callNode, fetchFeesInRange, getChainClient } from '../chain-clients/index.ts'
import { assertTransactionsSupported } from '../transactions/formats/families.ts'
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
})

/** The route of the fees that a chain asks for now. */
export function feesRoute({ services, chains, service }: CustodyContext): Route {
  return route({
    id: 'getTransactionFees',
    method: 'GET',
    path: '/api/transactions/:secretType/fees',
    summary: 'Get the fees per gas with which a transaction is sent now. EVM chains only',
    guard: service,
    params: z.object({ secretType: secretTypeField }),
    replies: {
      200: { description: 'The fees, as chainSpecificFields takes them', schema: successSchema(feesBody) },
      503: nodeUnavailable,
    },
    handler: async ({ params }) => {
      const { secretType } = getChain(chains, params.secretType)
      assertTransactionsSupported(services.chainConnections, secretType)
      const fees = await withoutSending(() => {
        const client = getChainClient(services.chainConnections, secretType)
        if (client.family !== 'evm') throw new BillfoldError('transaction.unsupported-type')
        return callNode(client, services.logger, () => fetchFeesInRange(client))
      })
      const numbers = Object.entries(fees).map(([name, fee]) => [name, Number(fee)])
      return custodySuccessReply({ secretType, ...Object.fromEntries(numbers) })
    },
  })
}

import { BillfoldError } from '../../kernel/errors.ts'
import { type ChainClient, callNode, fetchFeesInRange, getChainClient } from '../chain-clients/index.ts'
import type { ChainServices } from '../services.ts'
import { fetchUnitPrice } from './formats/solana/unit-price.ts'
import { fetchFeeRate, formatFeeRate } from './formats/utxo/utxo.ts'

/** The zero address of TRON: the prices that are asked about it are those of any account. */
const anyTronAccount = 'T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb'

/**
 * Fetches the fees with which a transaction is sent now, by the names of `chainSpecificFields`; of TRON, what energy and bandwidth cost.
 * @throws BillfoldError `transaction.chain-unavailable`, `transaction.fee-too-high` if they exceed the limit of the client,
 *   `transaction.unsupported-type` on chains whose fees are computed
 */
export async function fetchRecommendedFees(
  { chainConnections, logger }: ChainServices,
  secretType: string,
): Promise<Readonly<Record<string, number>>> {
  const client = getChainClient(chainConnections, secretType)
  return fetchFees(client, (call) => callNode(client, logger, call))
}

async function fetchFees(
  client: ChainClient,
  call: <T>(request: () => Promise<T>) => Promise<T>,
): Promise<Readonly<Record<string, number>>> {
  switch (client.family) {
    case 'evm': {
      const fees = Object.entries(await call(() => fetchFeesInRange(client)))
      return Object.fromEntries(fees.map(([name, fee]) => [name, Number(fee)]))
    }
    case 'utxo':
      return { feeRate: Number(formatFeeRate(await fetchFeeRate(client, { callNode: call }))) }
    case 'solana':
      return { computeUnitPrice: Number(await fetchUnitPrice(client, [], { callNode: call })) }
    case 'tron': {
      const { energyPrice, bandwidthPrice } = await call(() => client.resources(anyTronAccount))
      return { energyPrice: Number(energyPrice), bandwidthPrice: Number(bandwidthPrice) }
    }
    case 'aeternity':
      throw new BillfoldError('transaction.unsupported-type')
  }
}

import type { CustodyServices } from '../../services.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { callNode } from '../../chain-clients/index.ts'
import type { Chain } from '../../wallets/chains/chain.ts'
import type { CustodyWalletRow } from '../../wallets/sealing.ts'
import { getChainFamily } from '../formats/families.ts'
import type { ReservingContext, TransactionPlan } from '../formats/reserving-format.ts'
import type { TransactionRequest } from '../formats/transaction-request.ts'

/** Plans the transaction of a request and names its network (CAIP-2). @throws BillfoldError the errors of the transaction format */
export async function planTransaction(
  services: CustodyServices,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: TransactionRequest,
): Promise<{ readonly plan: TransactionPlan; readonly network: string }> {
  const family = getChainFamily(wallet.secretType, services.chainConnections.clients.get(wallet.secretType))
  if (family.ordering !== 'reservations') throw new BillfoldError('transaction.unsupported-type')
  const plan = await family.format(request, reservingContext(services, wallet, chain, family.network))
  return { plan, network: family.network }
}

/** Creates the context in which a wallet's transactions are planned. */
export function reservingContext(
  services: CustodyServices,
  { address, publicKey, secretType }: CustodyWalletRow,
  chain: Chain,
  network: string,
): ReservingContext {
  const { clients, feeBumping } = services.chainConnections
  const client = clients.get(secretType)
  return {
    chain,
    from: address,
    publicKey,
    network,
    now: services.now(),
    maxReplacements: feeBumping.maxBumps,
    maxReplacementFeeRate: feeBumping.maxReplacementFeePerGas[secretType],
    callNode: (call) => {
      if (client === undefined) return Promise.reject(new BillfoldError('transaction.chain-unavailable'))
      return callNode(client, services.logger, () => call(client))
    },
  }
}

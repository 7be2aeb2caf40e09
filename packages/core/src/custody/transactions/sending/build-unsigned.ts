import type { CustodyServices } from '../../services.ts'
import { callNode } from '../../chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Chain } from '../../wallets/chains/chain.ts'
import type { CustodyWalletRow } from '../../wallets/sealing.ts'
import { getChainFamily } from '../formats/families.ts'
import { toDelegationRules } from '../formats/evm/delegation-rules.ts'
import type { UnsignedTransaction } from '../formats/transaction-format.ts'
import type { TransactionRequest } from '../formats/transaction-request.ts'

/** Builds the unsigned transaction of a request and names its network (CAIP-2). @throws BillfoldError the errors of the transaction format */
export async function buildUnsignedTransaction(
  services: CustodyServices,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: TransactionRequest,
): Promise<{ readonly unsigned: UnsignedTransaction; readonly network: string }> {
  const { chainConnections } = services
  const client = chainConnections.clients.get(wallet.secretType)
  const family = getChainFamily(wallet.secretType, client)
  if (family.ordering !== 'nonces') throw new BillfoldError('transaction.unsupported-type')
  const { network } = family
  const unsigned = await family.format(request, {
    from: wallet.address,
    network,
    decimals: chain.decimals,
    maxReplacements: chainConnections.feeBumping.maxBumps,
    maxReplacementFeePerGas: chainConnections.feeBumping.maxReplacementFeePerGas[wallet.secretType],
    delegation: toDelegationRules(services.delegation ?? {}, wallet.secretType),
    callNode: (call) => {
      if (client === undefined) return Promise.reject(new BillfoldError('transaction.chain-unavailable'))
      return callNode(client, services.logger, () => call(client))
    },
  })
  return { unsigned, network }
}

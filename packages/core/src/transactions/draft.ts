import { askChain } from '../chain-clients/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import type { WalletRow } from '../wallets/sealing.ts'
import { familyOf } from './families.ts'
import type { Draft } from './format.ts'
import type { TransactionRequest } from './request.ts'

/** Builds the unsigned transaction of a request and names its network (CAIP-2). @throws BillfoldError the errors of the transaction format */
export async function draftOf(
  services: Services,
  wallet: WalletRow,
  chain: Chain,
  request: TransactionRequest,
): Promise<{ readonly unsigned: Draft; readonly network: string }> {
  const { chainConnections } = services
  const client = chainConnections.clients.get(wallet.secretType)
  const { format, network } = familyOf(wallet.secretType, client)
  const unsigned = await format(request, {
    from: wallet.address,
    network,
    decimals: chain.decimals,
    mostReplacements: chainConnections.repricing.most,
    highestFeePerGas: chainConnections.repricing.highestFeePerGas[wallet.secretType],
    ask: (call) => {
      if (client === undefined) return Promise.reject(new BillfoldError('transaction.chain-unavailable'))
      return askChain(client, services.logger, () => call(client))
    },
  })
  return { unsigned, network }
}

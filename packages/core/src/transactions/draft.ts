import { askChain } from '../chain-clients/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import type { WalletRow } from '../wallets/sealing.ts'
import { familyOf } from './families.ts'
import type { Draft } from './format.ts'
import type { TransactionRequest } from './request.ts'

/** The transaction of a wallet that a request asks for, and the network it is for. @throws BillfoldError as the formats do */
export async function draftOf(
  services: Services,
  wallet: WalletRow,
  chain: Chain,
  request: TransactionRequest,
): Promise<{ readonly draft: Draft; readonly network: string }> {
  const { clients, repricing } = services.chainConnections
  const client = clients.get(wallet.secretType)
  const { format, network } = familyOf(wallet.secretType, client)
  const draft = await format(request, {
    from: wallet.address,
    network,
    decimals: chain.decimals,
    mostReplacements: repricing.most,
    highestFeePerGas: repricing.highestFeePerGas[wallet.secretType],
    ask: (question) => {
      if (client === undefined) return Promise.reject(new BillfoldError('transaction.chain-unavailable'))
      return askChain(client, services.logger, () => question(client))
    },
  })
  return { draft, network }
}

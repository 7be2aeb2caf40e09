import { askChain } from '../chain-clients/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import type { WalletRow } from '../wallets/sealing.ts'
import { draftOf } from './draft.ts'
import type { TransactionRequest } from './request.ts'

/**
 * What would be signed for a request; nothing is signed, kept or sent. Needs no node where the request says the nonce and
 * what the transaction may cost.
 * @throws BillfoldError `input.invalid`, `transaction.unsupported-type`, `transaction.chain-unavailable`,
 *   `transaction.insufficient-funds`, `transaction.reverted`
 */
export async function buildTransaction(
  services: Services,
  wallet: WalletRow,
  chain: Chain,
  request: TransactionRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const { draft } = await draftOf(services, wallet, chain, request)
  return {
    ...draft.show(await nonceFor(services, wallet, request)),
    secretType: wallet.secretType,
    walletId: wallet.id,
  }
}

async function nonceFor(services: Services, wallet: WalletRow, request: TransactionRequest): Promise<number> {
  const given = request.chainSpecificFields?.nonce
  if (given !== undefined) return given
  const client = services.chainConnections.clients.get(wallet.secretType)
  if (client === undefined) throw new BillfoldError('transaction.chain-unavailable')
  return (await askChain(client, services.logger, () => client.nonces(wallet.address))).next
}

import type { Reply } from '../../http/index.ts'
import { fetchBalances } from '../transactions/balances.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import type { CustodyContext } from './context.ts'
import { toCustodyWalletBody } from './response-bodies.ts'
import { custodySuccessReply } from './response-format.ts'

/** Replies with one wallet and its balance, which a wallet has from its first moment, such as an imported one. */
export async function walletReply({ services, chains }: CustodyContext, wallet: CustodyWalletRow): Promise<Reply> {
  const balances = await fetchBalances(services, [wallet])
  return custodySuccessReply(toCustodyWalletBody(chains, wallet, balances.get(wallet.id)))
}

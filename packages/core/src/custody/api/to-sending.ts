import { BillfoldError } from '../../kernel/errors.ts'
import type { TransactionRequest } from '../transactions/formats/transaction-request.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import { getChain } from '../wallets/chains/index.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { assertWalletNotArchived } from '../wallets/sign.ts'
import type { CustodyContext } from './context.ts'
import type { TransactionRequestBody } from './transaction-schemas.ts'

/**
 * Returns the chain of a wallet and the request to send with it.
 * @throws BillfoldError `chain.unsupported`, `input.invalid` for another chain than that of the wallet, `wallet.archived`
 */
export function toSending(
  { chains }: CustodyContext,
  wallet: CustodyWalletRow,
  body: TransactionRequestBody,
): { readonly chain: Chain; readonly request: TransactionRequest } {
  const chain = getChain(chains, body.secretType)
  if (wallet.secretType !== body.secretType) throw new BillfoldError('input.invalid', { issues: [chainMismatch] })
  assertWalletNotArchived(wallet)
  return { chain, request: body }
}

const chainMismatch = { path: 'transactionRequest.secretType', message: "does not match the wallet's secretType" }

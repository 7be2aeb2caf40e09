import { insert, type Write } from '../../../kernel/storage/index.ts'
import { auditWrite } from '../../../platform/audit/audit-write.ts'
import type { CustodyServices } from '../../services.ts'
import { walletUnchanged } from '../../wallets/sign.ts'
import { transactions } from '../tables.ts'
import { transactionEventWrites } from '../transaction-events.ts'
import type { TransactionRow } from '../transaction-row.ts'
import type { Sending } from './sending.ts'

/** The writes that store a signed transaction, whatever its chain, if its wallet may still sign. */
export function signedTransactionWrites(
  services: CustodyServices,
  { actor, wallet, authorizedBy, request }: Pick<Sending, 'actor' | 'wallet' | 'authorizedBy' | 'request'>,
  row: TransactionRow,
): readonly Write[] {
  const { id, hash, createdAt } = row
  return [
    insert(transactions, row),
    walletUnchanged(wallet, authorizedBy),
    auditWrite(actor, 'transaction.signed', wallet.id, createdAt, { id, hash, type: request.type }),
    ...transactionEventWrites(services, row, 'transaction.created'),
  ]
}

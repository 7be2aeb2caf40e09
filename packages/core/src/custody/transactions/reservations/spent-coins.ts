import type { Storage } from '../../../kernel/storage/index.ts'
import type { SelectableCoin } from '../formats/utxo/select-coins.ts'
import { transactionReservations } from '../tables.ts'
import type { TransactionRow } from '../transaction-row.ts'

/** Gets the coins that a pending transaction spends, from its reservations. */
export async function getSpentCoins(
  { storage }: { readonly storage: Storage },
  { id }: Pick<TransactionRow, 'id'>,
): Promise<readonly SelectableCoin[]> {
  const rows = await storage.find(transactionReservations, { where: { transactionId: id } })
  return rows.flatMap(({ resource, amount }) => {
    const [txid = '', vout] = resource.split(':')
    return amount === null ? [] : [{ txid, vout: Number(vout), amount }]
  })
}

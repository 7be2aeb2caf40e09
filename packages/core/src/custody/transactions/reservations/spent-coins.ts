import type { Storage } from '../../../kernel/storage/index.ts'
import { parseSpentOutputs } from '../../chain-clients/index.ts'
import type { SelectableCoin } from '../formats/utxo/select-coins.ts'
import { transactionReservations } from '../tables.ts'
import type { TransactionRow } from '../transaction-row.ts'

/**
 * Gets the coins that a version of a pending transaction spends, with their amounts from its reservations.
 * @param raw the serialized version: a replacement can spend more coins than the first one
 */
export async function getSpentCoins(
  { storage }: { readonly storage: Storage },
  { id }: Pick<TransactionRow, 'id'>,
  raw: Uint8Array,
): Promise<readonly SelectableCoin[]> {
  const outputs = new Set(parseSpentOutputs(raw))
  const rows = await storage.find(transactionReservations, { where: { transactionId: id } })
  return rows.flatMap(({ resource, amount }) => {
    const [txid = '', vout] = resource.split(':')
    return amount === null || !outputs.has(resource) ? [] : [{ txid, vout: Number(vout), amount }]
  })
}

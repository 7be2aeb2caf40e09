import { BillfoldError } from '../../../kernel/errors.ts'
import { insert, type Insert, remove, type Storage, type Write } from '../../../kernel/storage/index.ts'
import type { Reservation, ReservingAccountState } from '../formats/reserving-format.ts'
import { transactionLimits } from '../limits.ts'
import { transactionReservations, transactions } from '../tables.ts'
import type { ChainAccount, TransactionRow } from '../transaction-row.ts'

/**
 * Loads what the account's transactions have reserved, and which of them are not final.
 * @throws BillfoldError `server.busy` if too many are not final
 */
export async function loadAccountState(
  { storage }: { readonly storage: Storage },
  { network, address }: ChainAccount,
  attempt: number,
): Promise<ReservingAccountState> {
  // Reservations first: a transaction that is stored in between is seen without them, and its change is not yet spendable then.
  const rows = await storage.find(transactionReservations, { where: { network, address } })
  const pending = await listPending({ storage }, { network, address })
  if (pending.length >= transactionLimits.maxUnconfirmed) throw new BillfoldError('server.busy')
  return { reserved: new Map(rows.map((row) => [row.resource, row])), pending, attempt }
}

/** Lists the account's transactions that are not final, oldest first. */
export function listPending(
  { storage }: { readonly storage: Storage },
  { network, address }: ChainAccount,
): Promise<TransactionRow[]> {
  return storage.find(transactions, {
    where: { network, address, nextCheckAt: { gte: 0 } },
    orderBy: [['createdAt', 'asc']],
    limit: transactionLimits.maxUnconfirmed,
  })
}

/** The writes that reserve what a transaction uses up. Each resource is a key, so that of two transactions one is stored. */
export function reservationInserts(
  { id: transactionId, tenant, network, address }: TransactionRow,
  reservations: readonly Reservation[],
): readonly Insert[] {
  return reservations.map(({ resource, amount }) =>
    insert(transactionReservations, { network, resource, tenant, address, transactionId, amount }),
  )
}

/** The write that releases what a transaction has reserved. */
export function releaseReservations(transactionId: string): Write {
  return remove(transactionReservations, { where: { transactionId }, expectedRows: 'any' })
}

import { formatDateTime } from '../dates.ts'
import { formatMinorUnits, parseCurrency } from '../money/money.ts'
import type { PaymentsContext } from '../settings.ts'
import { listContacts } from '../users/profiles.ts'
import type { StatementLineRow } from '../wallets/statements.ts'

const statusWords: ReadonlyMap<string, string> = new Map([
  ['pending', 'Pending'],
  ['completed', 'Success'],
  ['failed', 'Failed'],
  ['expired', 'Expired'],
])

/** Formats the lines of a statement as the API document does. */
export async function toTransactionList(
  { services, settings }: PaymentsContext,
  rows: readonly StatementLineRow[],
): Promise<readonly Record<string, string>[]> {
  const people = rows.flatMap(({ userId, counterpartyId }) => [
    userId,
    ...(counterpartyId === null ? [] : [counterpartyId]),
  ])
  const contacts = await listContacts(services, people)
  const toPhone = (userId: string | null): string => (userId === null ? '' : (contacts.get(userId)?.phone ?? ''))
  return rows.map((row) => {
    const isDebit = row.direction === 'debit'
    return {
      transactionid: row.id,
      date: formatDateTime(row.at),
      remote_mobile: toPhone(isDebit ? row.counterpartyId : row.userId),
      amount: formatMinorUnits(parseCurrency(settings.money, row.currency), row.amount),
      from: toPhone(isDebit ? row.userId : row.counterpartyId),
      transaction_type: row.direction,
      currency_type: row.currency === 'USD' ? '$' : row.currency,
      sessionid: row.kind === 'payment' ? row.id : '',
      status: statusWords.get(row.state) ?? 'Cancelled',
      kind: row.kind,
    }
  })
}

import { type RowOf, selectColumns } from '../../kernel/storage/index.ts'
import { gatewayTransactions, payments, statementLines } from '../tables.ts'

/** What a line of a statement says. */
export const reportedLines = selectColumns(
  statementLines,
  ({ userId, id, tenant, kind, direction, counterpartyId, currency, amount, state }) => {
    return { userId, id, tenant, kind, direction, counterpartyId, currency, amount, state }
  },
)

/** What the statements say of a payment. */
export const reportedPayments = selectColumns(
  payments,
  ({ id, tenant, senderId, receiverId, currency, amount, state }) => {
    return { id, tenant, senderId, receiverId, currency, amount, state }
  },
)

/** What the statements say of a deposit or a withdrawal. */
export const reportedTransactions = selectColumns(
  gatewayTransactions,
  ({ id, tenant, userId, type, currency, amount, state }) => {
    return { id, tenant, userId, type, currency, amount, state }
  },
)

/** A line of a statement. */
export type Line = RowOf<typeof reportedLines>

/** A payment. */
export type ReportedPayment = RowOf<typeof reportedPayments>

/** A deposit or a withdrawal. */
export type ReportedTransaction = RowOf<typeof reportedTransactions>

/** The line of a payment on the statement of its sender. */
export function sentLine(row: ReportedPayment): Line {
  const { id, tenant, senderId: userId, receiverId: counterpartyId, currency, amount, state } = row
  return { userId, id, tenant, kind: 'payment', direction: 'debit', counterpartyId, currency, amount, state }
}

/** The line of a payment on the statement of its receiver; undefined while it has none. */
export function receivedLine(row: ReportedPayment): Line | undefined {
  const { id, tenant, senderId: counterpartyId, receiverId: userId, currency, amount, state } = row
  if (userId === null) return undefined
  return { userId, id, tenant, kind: 'payment', direction: 'credit', counterpartyId, currency, amount, state }
}

/** The line of a deposit or a withdrawal. */
export function transactionLine(row: ReportedTransaction): Line {
  const { id, tenant, userId, type, currency, amount } = row
  const state = row.state === 'SUCCESS' ? 'completed' : row.state.toLowerCase()
  const [kind, direction] = type === 'DEPOSIT' ? ['deposit', 'credit'] : ['withdrawal', 'debit']
  return { userId, id, tenant, kind, direction, counterpartyId: null, currency, amount, state }
}

/** Returns true if two lines say the same. */
export function isSameLine(one: Line, other: Line): boolean {
  return (
    one.userId === other.userId &&
    one.id === other.id &&
    one.amount === other.amount &&
    one.state === other.state &&
    one.kind === other.kind &&
    one.direction === other.direction &&
    one.counterpartyId === other.counterpartyId &&
    one.currency === other.currency &&
    one.tenant === other.tenant
  )
}

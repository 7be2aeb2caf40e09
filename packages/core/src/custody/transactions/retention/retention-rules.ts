/** How long final transactions are retained, counted from signing. Transactions that are not final are never deleted. */
export interface TransactionRetention {
  /** Retention of transactions without an idempotency key, in days. Default: 90. */
  readonly days?: number
  /** Retention of transactions with an idempotency key, in days, at least `days`. Until then the key prevents a second send. Default: 365. */
  readonly idempotencyKeyDays?: number
}

/** Applies defaults to the option `custody.transactionRetention`. @throws RangeError if a value is less than 1 */
export function resolveTransactionRetention({
  days = 90,
  idempotencyKeyDays = 365,
}: TransactionRetention = {}): Required<TransactionRetention> {
  if (!(days >= 1) || !(idempotencyKeyDays >= 1))
    throw new RangeError(
      `custody.transactionRetention: days (${days}) and idempotencyKeyDays (${idempotencyKeyDays}) must be at least 1`,
    )
  return { days, idempotencyKeyDays }
}

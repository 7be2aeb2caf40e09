/** How long transactions are kept after they were signed, once they are final. */
export interface TransactionRetention {
  /** Those without an idempotency key, in days: 90. */
  readonly days?: number
  /** Those with one, in days: 365, and never less than the others. Until then a key sends nothing twice. */
  readonly idempotencyKeyDays?: number
}

/** @throws RangeError for numbers that are none */
export function retentionRules({
  days = 90,
  idempotencyKeyDays = 365,
}: TransactionRetention = {}): Required<TransactionRetention> {
  if (!(days >= 1) || !(idempotencyKeyDays >= 1)) throw new RangeError('transactions are kept for a day at least')
  return { days, idempotencyKeyDays }
}

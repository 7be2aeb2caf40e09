/** Limits and intervals of transactions. */
export const transactionLimits = {
  /** Maximum unconfirmed transactions per account. */
  maxUnconfirmed: 500,
  /** Maximum attempts of a send that conflicts with other processes. */
  maxSendAttempts: 100,
  /** Interval between checks of a pending transaction by `maintain()`. */
  checkIntervalMs: 60_000,
  /** Maximum transactions checked per `maintain()`. */
  reconcileBatchSize: 500,
  /** Confirmations after which a transaction is final and no longer checked. */
  finalityConfirmations: 12,
  /** Age after which a transaction that the node does not know, but whose nonce is used, counts as replaced by another one. */
  replacedAfterMs: 10 * 60_000,
  /** Maximum transfers and calls of a batch. */
  batchCalls: 32,
  /** Maximum arguments of a contract function. */
  inputs: 32,
  /** Maximum accounts of a called program of Solana, more than fit into a transaction. */
  programAccounts: 64,
  /** Maximum array length, and nesting depth of arrays, in an argument. */
  arrayLength: 1_000,
  arrayDepth: 4,
  /** Maximum characters of an address, an amount, and a function name. */
  addressLength: 128,
  amountLength: 100,
  nameLength: 128,
  /** Maximum characters of the type of a contract argument; a tuple names the types of its components. */
  typeLength: 512,
  /** Maximum characters of call data in hex (64 KiB), or of a string argument. */
  dataLength: 131_074,
  /** Maximum characters of an Idempotency-Key. */
  idempotencyKeyLength: 256,
} as const

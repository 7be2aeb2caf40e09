/** The bounds on transactions, in one place. */
export const transactionLimits = {
  /** Transactions of one account that are not in a block yet. */
  waiting: 500,
  /** How often a send is decided anew because another process was faster. */
  decisions: 100,
  /** Milliseconds after which `maintain()` looks at a transaction again. */
  lookAgainMilliseconds: 60_000,
  /** Transactions that one `maintain()` looks at. */
  looksAtOnce: 500,
  /** Confirmations after which a transaction is not looked at any more. */
  finalConfirmations: 12,
  /** Milliseconds for which a node may not know a transaction whose nonce is used, before another one is taken to have used it. */
  replacedAfterMilliseconds: 10 * 60_000,
  /** Arguments of a contract's function. */
  inputs: 32,
  /** Values in one array of an argument, and arrays within each other. */
  arrayLength: 1_000,
  arrayDepth: 4,
  /** Characters of an address, of an amount, of a function's name, of an argument's type. */
  addressLength: 128,
  amountLength: 100,
  nameLength: 128,
  /** Characters of call data in hex, or of a text argument: 64 KiB of bytes. */
  dataLength: 131_074,
  /** Characters of an Idempotency-Key. */
  idempotencyKeyLength: 256,
} as const

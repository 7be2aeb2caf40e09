/** Limits and timeouts of calls to nodes. */
export const chainLimits = {
  /** Default response timeout. */
  responseTimeoutMs: 10_000,
  /** Response timeout of balances, which delay a reply. */
  balanceTimeoutMs: 2_000,
  /** Concurrent balance requests per list of wallets. */
  balanceConcurrency: 8,
  /** Maximum bytes of a response. */
  maxResponseBytes: 1024 * 1024,
  /** Maximum bytes of a response that has a whole block or event logs. */
  maxBlockBytes: 16 * 1024 * 1024,
  /** Maximum bytes of a decoded block of the Bitcoin family, several times those of the block. */
  maxDecodedBlockBytes: 64 * 1024 * 1024,
  /** Maximum node URLs per client. */
  maxNodes: 8,
  /** Maximum queued sends per account in this process. */
  maxQueuedSends: 500,
} as const

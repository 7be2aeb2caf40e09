/** Limits and timeouts of calls to nodes. */
export const chainLimits = {
  /** Default response timeout. */
  answerMilliseconds: 10_000,
  /** Response timeout of balances, which delay a reply. */
  balanceMilliseconds: 2_000,
  /** Concurrent balance requests per list of wallets. */
  balancesAtOnce: 8,
  /** Maximum bytes of a response. */
  answerBytes: 1024 * 1024,
  /** Maximum node URLs per client. */
  nodes: 8,
  /** Maximum queued sends per account in this process. */
  waitingSends: 500,
} as const

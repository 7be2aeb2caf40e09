/** The bounds on what is asked of a node, in one place. */
export const chainLimits = {
  /** Milliseconds that a node has to answer, unless the client says otherwise. */
  answerMilliseconds: 10_000,
  /** Milliseconds that a node has to tell a balance that a reply waits for. */
  balanceMilliseconds: 2_000,
  /** Balances that are asked for at once for one list of wallets. */
  balancesAtOnce: 8,
  /** Bytes of one answer of a node. */
  answerBytes: 1024 * 1024,
  /** Nodes that one client is given. */
  nodes: 8,
  /** Sends of one account that wait for each other in this process. */
  waitingSends: 500,
} as const

/** The limits of DIDs and their registries. */
export const didLimits = {
  /** Bytes of an attribute's value. */
  maxValueBytes: 8192,
  /** Bytes of an attribute name or a delegate type: the size of a `bytes32`. */
  maxNameBytes: 32,
  /** Seconds that a delegate or an attribute may be valid: a hundred years. */
  maxValiditySeconds: 100 * 366 * 24 * 60 * 60,
  /** Changes of one identity. Reading an identity with more changes fails with `did.history-too-long`. */
  maxChanges: 4000,
  /** Changes of one identity in the embedded registry after which only revocations and owner changes are accepted. */
  maxChangesForAdditions: 3000,
  /** Blocks with changes of one identity that are read from a node. */
  maxBlocks: 1000,
  /** Bytes of attribute values in the history of one identity that is read from a chain. */
  maxHistoryBytes: 8 * 1024 * 1024,
  /** Milliseconds that reading the history of one identity from a chain may take. */
  historyTimeoutMs: 30_000,
  /** Default time to wait for a change to be included in a block, in milliseconds. */
  receiptTimeoutMs: 60_000,
  /** Milliseconds between two status checks; the interval grows from `initial` to `max`. */
  pollIntervalMs: { initial: 25, max: 1000 },
  /** Timeout of a request to an `apiUrl` host, in milliseconds. */
  apiTimeoutMs: 10_000,
  /**
   * Base58 takes quadratic time. Keys longer than `shortKeyBytes` count as long, keys longer than `maxKeyBytes` are
   * omitted, and a document lists at most `maxLongKeys` long keys.
   */
  base58: { shortKeyBytes: 64, maxKeyBytes: 1024, maxLongKeys: 100 },
  /** Nesting depth of a service endpoint's JSON; a deeper one is listed as text. */
  maxEndpointDepth: 32,
  /** Characters of an operation id. */
  maxOperationIdLength: 64,
} as const

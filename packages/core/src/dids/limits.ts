/** The bounds on DIDs and their registries, in one place. */
export const didLimits = {
  /** Bytes of an attribute's value. */
  valueBytes: 8192,
  /** Bytes of a name of an attribute or of a type of delegates: what fits into a bytes32. */
  nameBytes: 32,
  /** Seconds that a delegate or an attribute is valid for: a hundred years. */
  validitySeconds: 100 * 366 * 24 * 60 * 60,
  /** Changes of an identity that are read; of one with more nothing is told. */
  changes: 4000,
  /** Changes of an identity in the embedded registry after which it takes none but revocations and new owners. */
  additions: 3000,
  /** Blocks with changes of one identity that are asked of a node, and milliseconds that all of it may take. */
  blocks: 1000,
  /** Bytes of values in the history of one identity that is read from a chain. */
  historyBytes: 8 * 1024 * 1024,
  historyMilliseconds: 30_000,
  /** Milliseconds that a reply waits for a change to be in a block, unless the registry says otherwise. */
  receiptMilliseconds: 60_000,
  /** Milliseconds between two looks, from the first to the last. */
  lookAfterMilliseconds: { first: 25, most: 1000 },
  /** Milliseconds that a host of `apiUrl` has to answer. */
  apiMilliseconds: 10_000,
  /** Base58 takes quadratic time. Bytes of a key in it that are few, that are too many, and how many keys between them a document lists. */
  base58: { shortBytes: 64, longestBytes: 1024, longKeys: 100 },
  /** How deep the JSON of a service may be; deeper, it is shown as text. */
  endpointDepth: 32,
  /** Characters of a step's id. */
  stepIdCharacters: 64,
} as const

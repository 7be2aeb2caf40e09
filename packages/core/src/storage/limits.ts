/** What every storage must be able to take, and what none is ever asked for more than. */
export const storageLimits = {
  /** Writes of one batch. */
  writes: 1_000,
  /** Values of one `in`. */
  in: 1_000,
  /** Bytes of one long text (as UTF-8) or of one long value of bytes: 8 MiB. */
  longValue: 8 * 1024 * 1024,
} as const

/** The range of a `bigint` column: 64 bits with a sign. */
export const bigintRange = { least: -(2n ** 63n), most: 2n ** 63n - 1n } as const

/** The range of a `wideInteger` column: 38 decimal digits with a sign. */
export const wideIntegerRange = { least: 1n - 10n ** 38n, most: 10n ** 38n - 1n } as const

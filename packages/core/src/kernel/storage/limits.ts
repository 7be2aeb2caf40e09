/** Limits that every storage must support and that Billfold never exceeds. */
export const storageLimits = {
  /** Maximum number of writes in a batch. */
  writesPerBatch: 1_000,
  /** Maximum number of values in an `in` condition. */
  valuesPerIn: 1_000,
  /** Maximum size of a long text (as UTF-8) or a long bytes value: 8 MiB. */
  longValueBytes: 8 * 1024 * 1024,
} as const

/** Range of a `bigint` column: signed 64 bits. */
export const bigintRange = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const

/** Range of a `wideInteger` column: 38 decimal digits, signed. */
export const wideIntegerRange = { min: 1n - 10n ** 38n, max: 10n ** 38n - 1n } as const

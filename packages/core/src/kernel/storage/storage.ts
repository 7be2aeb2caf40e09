import type { RowOf, Table } from './table.ts'

/** The value of a cell. */
export type CellValue = string | number | bigint | boolean | Uint8Array | null

/** A row of any table. */
export type Row = Readonly<Record<string, CellValue>>

/** A condition on a cell: a value or null to equal, or comparisons that must all hold. No comparison matches a null cell. */
export type Condition<V extends CellValue = CellValue> =
  | V
  | {
      readonly lt?: NonNullable<V>
      readonly lte?: NonNullable<V>
      readonly gt?: NonNullable<V>
      readonly gte?: NonNullable<V>
      readonly ne?: V
      readonly in?: readonly NonNullable<V>[]
    }

/** Conditions by column, all of which a row must match. An empty `where` matches every row. An empty `in` matches none. */
export type Where<R extends Row = Row> = { readonly [K in keyof R]?: Condition<R[K]> }

/**
 * A query. Without `orderBy` the order is undefined. Null sorts before all other values (last with `desc`), false before true,
 * text by code point, bytes bytewise. Columns without a length cannot be ordered by.
 */
export interface Query<R extends Row = Row> {
  readonly where?: Where<R>
  readonly orderBy?: readonly (readonly [column: keyof R & string, direction: 'asc' | 'desc'])[]
  readonly limit?: number
  /** Number of rows to skip. Requires `limit`. */
  readonly offset?: number
  /**
   * True if the rows are only shown: a list, a search, an export. A storage may then answer from a replica that lags behind.
   * Never set it for a decision. Default: false.
   */
  readonly mayBeStale?: boolean
}

/** The number of rows that a write must match: exactly one, any number, or none. */
export type ExpectedRows = 'one' | 'any' | 'none'

/** Inserts a row. Fails as `duplicate` if a row with the same primary or unique key exists. */
export interface Insert {
  readonly kind: 'insert'
  readonly table: Table
  readonly row: Row
}

/** Updates the rows that match `where`: sets cells, or adds to non-nullable numbers atomically. Must set or add something. */
export interface Update {
  readonly kind: 'update'
  readonly table: Table
  readonly where: Where
  readonly set: Row
  readonly add: Readonly<Record<string, number | bigint>>
  readonly expectedRows: ExpectedRows
}

/** Deletes the rows that match `where`. */
export interface Remove {
  readonly kind: 'remove'
  readonly table: Table
  readonly where: Where
  readonly expectedRows: ExpectedRows
}

/**
 * Makes the commit fail unless exactly one row, or none, matches `where`. It writes nothing. The row of a check for one cannot
 * change until the commit is complete. A check for none applies only at its position in the batch: use a unique key for
 * uniqueness.
 */
export interface ConditionCheck {
  readonly kind: 'check'
  readonly table: Table
  readonly where: Where
  readonly expectedRows: 'one' | 'none'
}

/** One write of a batch. */
export type Write = Insert | Update | Remove | ConditionCheck

/** Writes that are applied in order, all or none. The id is a UUID that is unique to the batch. */
export interface Batch {
  readonly id: string
  readonly writes: readonly Write[]
}

/**
 * The storage interface. `find` reads, `commit` writes.
 *
 * `commit` applies the writes of a batch in order, all or none. Each write sees the effects of those before it, and conditions
 * and unique keys are enforced write by write. A failing write is reported as a {@link CommitError} with its index. A batch
 * whose id was already applied is not applied again, and `commit` resolves: after a lost connection, commit the same batch
 * again. A failed batch has no effect, and its id is not recorded.
 *
 * Once `commit` has resolved, every later `find` of any process sees its effects. An unreachable storage throws a
 * `BillfoldError` with the code `storage.unavailable`.
 *
 * Input that some storage cannot represent is rejected by all with a `BillfoldError` with the code `input.invalid`, without any
 * effect: a value of the wrong type or longer than its column, text with U+0000 or a lone surrogate, a sum out of the range of
 * its column (safe integers, 64 bits, 38 digits), and anything beyond {@link storageLimits}. `validateBatch` and
 * `validateQuery` detect all of it except sums.
 */
export interface Storage {
  find<T extends Table>(table: T, query?: Query<RowOf<T>>): Promise<RowOf<T>[]>
  commit(batch: Batch): Promise<void>
}

/** Thrown by `commit` if a write of the batch failed. Nothing was applied. Match it with {@link isCommitError}. */
export class CommitError extends Error {
  override readonly name = 'CommitError'
  /** `condition-failed`: the write did not match the expected number of rows. `duplicate`: a primary or unique key is taken. */
  readonly reason: 'condition-failed' | 'duplicate'
  /** The index of the write in the batch, from 0. */
  readonly index: number

  constructor(reason: 'condition-failed' | 'duplicate', index: number, options?: ErrorOptions) {
    super(`Write ${index} of the batch failed: ${reason}`, options)
    this.reason = reason
    this.index = index
  }
}

/** Returns true if a thrown value is a {@link CommitError}, also one of another installed copy of the package. */
export function isCommitError(error: unknown): error is CommitError {
  return error instanceof Error && error.name === 'CommitError' && 'index' in error && 'reason' in error
}

import type { RowOf, Table } from './table.ts'

/** What a cell can hold. */
export type Value = string | number | bigint | boolean | Uint8Array | null

/** A row, when its table is not known to the types. */
export type Row = Readonly<Record<string, Value>>

/** What a cell must be: equal to a value, null, or all of the comparisons given. A comparison never holds for a null cell. */
export type Test<V extends Value = Value> =
  | V
  | {
      readonly lt?: NonNullable<V>
      readonly lte?: NonNullable<V>
      readonly gt?: NonNullable<V>
      readonly gte?: NonNullable<V>
      readonly ne?: V
      readonly in?: readonly NonNullable<V>[]
    }

/** Tests by column; a row must pass all of them. No test at all is passed by every row. An empty `in` is passed by none. */
export type Where<R extends Row = Row> = { readonly [K in keyof R]?: Test<R[K]> }

/**
 * Which rows to find, in which order, how many. Without an order the storage may give any. Null comes before everything
 * else (last where the direction is `desc`), false before true, bytes are ordered byte by byte. Long columns cannot be ordered by.
 */
export interface Query<R extends Row = Row> {
  readonly where?: Where<R>
  readonly orderBy?: readonly (readonly [column: keyof R & string, direction: 'asc' | 'desc'])[]
  readonly limit?: number
  /** How many rows to pass over first; needs `limit`. */
  readonly offset?: number
}

/** How many rows a guarded write must hit: exactly one, any number, or none. */
export type Hits = 'one' | 'any' | 'none'

/** Adds a row. Refused as `duplicate` when a row with the same primary or unique key is there. */
export interface Insert {
  readonly kind: 'insert'
  readonly table: Table
  readonly row: Row
}

/** Sets cells, and adds to numbers (atomically, and never in a nullable column), in the rows that pass `where`. Something must be set or added. */
export interface Update {
  readonly kind: 'update'
  readonly table: Table
  readonly where: Where
  readonly set: Row
  readonly add: Readonly<Record<string, number | bigint>>
  readonly hits: Hits
}

/** Removes the rows that pass `where`. */
export interface Remove {
  readonly kind: 'remove'
  readonly table: Table
  readonly where: Where
  readonly hits: Hits
}

/**
 * Changes nothing, but the commit is refused unless one row, or none, passes `where`. The row of a check for one stays as
 * it is until the commit is done. A check for none holds at its turn only: what must never be there twice needs a unique key.
 */
export interface Check {
  readonly kind: 'check'
  readonly table: Table
  readonly where: Where
  readonly hits: 'one' | 'none'
}

/** One change of a batch. */
export type Write = Insert | Update | Remove | Check

/** Writes that are applied in order, all or none. The id (a UUID) is this batch's own. */
export interface Batch {
  readonly id: string
  readonly writes: readonly Write[]
}

/**
 * Where everything is kept. Two verbs: `find` reads, `commit` writes.
 *
 * `commit` applies the writes one after the other, each seeing what those before it did, with guards and unique keys
 * holding write by write; all are applied or none. A write that does not hold is thrown as a {@link CommitError} that names
 * it. A batch whose id was applied before is not applied again, and `commit` resolves as it did then: so whoever does not
 * know what became of a batch may simply commit it again. A refused batch leaves nothing behind, its id neither.
 *
 * What `commit` resolved, every later `find`, from any process, sees. A storage that cannot be reached throws a
 * `BillfoldError` with the code `storage.unavailable`.
 *
 * What no storage can keep is refused by all with a `BillfoldError` with the code `input.invalid`, and nothing is applied: a
 * value of another type than its column's, or longer than it; text with U+0000 or half of a surrogate pair; a sum that leaves
 * the range of its column (safe integers, 64 bits, 38 digits); more than {@link storageLimits} say. `checkBatch` and `checkQuery` find
 * all of this but the sums.
 */
export interface Storage {
  find<T extends Table>(table: T, query?: Query<RowOf<T>>): Promise<RowOf<T>[]>
  commit(batch: Batch): Promise<void>
}

/** A write of a batch did not hold, and so nothing of the batch was applied. Match it with {@link isCommitError}. */
export class CommitError extends Error {
  override readonly name = 'CommitError'
  /** `guard`: the write hit another number of rows than it must. `duplicate`: a primary or unique key is taken. */
  readonly reason: 'guard' | 'duplicate'
  /** Which write, counted from 0. */
  readonly index: number

  constructor(reason: 'guard' | 'duplicate', index: number, options?: ErrorOptions) {
    super(`write ${index} of the batch was refused: ${reason}`, options)
    this.reason = reason
    this.index = index
  }
}

/** Whether a thrown value is a {@link CommitError}, of this or of another installed copy. */
export function isCommitError(error: unknown): error is CommitError {
  return error instanceof Error && error.name === 'CommitError' && 'index' in error && 'reason' in error
}

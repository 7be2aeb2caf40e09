/**
 * A column: `text` and `bytes` up to `length` (characters, bytes), `integer` a safe integer, `bigint` signed 64 bits,
 * `wideInteger` 38 decimal digits, signed.
 */
export interface Column {
  readonly type: 'text' | 'integer' | 'bigint' | 'wideInteger' | 'boolean' | 'bytes'
  /** Maximum number of characters (Unicode code points) or bytes. Absent for long values, which cannot be keys, indexed or ordered by. */
  readonly length?: number
  readonly nullable: boolean
  /** The value for rows written without this column; numbers of `bigint` and `wideInteger` as text. See {@link withBackfill}. */
  readonly backfill?: string | number | boolean
}

/**
 * A table definition as data. Text is compared and ordered by code point; case and trailing spaces are significant. In a unique
 * key, null does not equal null, as in SQL.
 */
export interface Table<Columns extends Readonly<Record<string, Column>> = Readonly<Record<string, Column>>> {
  readonly name: string
  readonly columns: Columns
  /** The columns of the primary key. */
  readonly key: readonly string[]
  /** Unique keys besides the primary key, by name. */
  readonly unique: Readonly<Record<string, readonly string[]>>
  /** Non-unique indexes, by name. */
  readonly indexes: Readonly<Record<string, readonly string[]>>
}

interface CellTypes {
  text: string
  integer: number
  bigint: bigint
  wideInteger: bigint
  boolean: boolean
  bytes: Uint8Array
}

/** The JavaScript type of a cell of this column. */
export type CellOf<C extends Column> = C['nullable'] extends false ? CellTypes[C['type']] : CellTypes[C['type']] | null

/** The JavaScript type of a row of this table. */
export type RowOf<T extends Table> = { readonly [K in keyof T['columns']]: CellOf<T['columns'][K]> }

/** A text column of at most `length` characters, or of long text if no length is given. */
export function text(length?: number): { readonly type: 'text'; readonly length?: number; readonly nullable: false } {
  return length === undefined ? { type: 'text', nullable: false } : { type: 'text', length, nullable: false }
}

/** A column of at most `length` bytes, or of long values if no length is given. */
export function bytes(length?: number): { readonly type: 'bytes'; readonly length?: number; readonly nullable: false } {
  return length === undefined ? { type: 'bytes', nullable: false } : { type: 'bytes', length, nullable: false }
}

/** A safe-integer column: a count, a version, a time in milliseconds since 1970. */
export function integer(): { readonly type: 'integer'; readonly nullable: false } {
  return { type: 'integer', nullable: false }
}

/** A signed 64-bit integer column. */
export function bigint(): { readonly type: 'bigint'; readonly nullable: false } {
  return { type: 'bigint', nullable: false }
}

/** A column of signed integers of up to 38 decimal digits (JavaScript bigint), for amounts that exceed 64 bits. */
export function wideInteger(): { readonly type: 'wideInteger'; readonly nullable: false } {
  return { type: 'wideInteger', nullable: false }
}

/** A boolean column. */
export function boolean(): { readonly type: 'boolean'; readonly nullable: false } {
  return { type: 'boolean', nullable: false }
}

/** Makes a column nullable. */
export function nullable<C extends Column>(column: C): Omit<C, 'nullable'> & { readonly nullable: true } {
  return { ...column, nullable: true }
}

/**
 * Gives a column that is added to an existing table a value for existing rows, and for rows inserted by hosts that still run
 * the previous version. A persistent storage backfills it.
 *
 * @param column the new column
 * @param fill the value; numbers of `bigint` and `wideInteger` columns as text
 */
export function withBackfill<C extends Column>(
  column: C,
  backfill: string | number | boolean,
): C & { readonly backfill: string | number | boolean } {
  return { ...column, backfill }
}

/**
 * Defines a table. The types check that keys and indexes name existing columns.
 *
 * @example
 * ```ts
 * import { defineTable, integer, nullable, text } from '@billfold/core/storage'
 *
 * const coupons = defineTable({
 *   name: 'coupons',
 *   columns: { id: text(36), code: text(16), usedAt: nullable(integer()) },
 *   key: ['id'],
 *   unique: { byCode: ['code'] },
 * })
 * ```
 */
export function defineTable<const Columns extends Readonly<Record<string, Column>>>(definition: {
  readonly name: string
  readonly columns: Columns
  readonly key: readonly (keyof Columns & string)[]
  readonly unique?: Readonly<Record<string, readonly (keyof Columns & string)[]>>
  readonly indexes?: Readonly<Record<string, readonly (keyof Columns & string)[]>>
}): Table<Columns> {
  return Object.freeze({ unique: {}, indexes: {}, ...definition })
}

/**
 * What a cell holds: `text` and `bytes` up to `length` (characters, bytes), `integer` a safe integer, `bigint` 64 bits with a
 * sign, `wideInteger` 38 decimal digits with a sign.
 */
export interface Column {
  readonly type: 'text' | 'integer' | 'bigint' | 'wideInteger' | 'boolean' | 'bytes'
  /** The most characters (Unicode code points) or bytes; absent for long values, which can be neither key nor index nor order. */
  readonly length?: number
  readonly nullable: boolean
  /** What rows have that were made before the table had this column, big numbers as text. See {@link filled}. */
  readonly fill?: string | number | boolean
}

/**
 * A table as data: what a storage needs to know to keep it. Text is compared and ordered by code point, with case and
 * trailing spaces counting. In a unique key a null equals no other null, as in SQL.
 */
export interface Table<Columns extends Readonly<Record<string, Column>> = Readonly<Record<string, Column>>> {
  readonly name: string
  readonly columns: Columns
  /** The columns of the primary key. */
  readonly key: readonly string[]
  /** Further unique keys, by name. */
  readonly unique: Readonly<Record<string, readonly string[]>>
  /** Indexes that are not unique, by name. */
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

/** Text of at most `length` characters, or, without a length, long text. */
export function text(length?: number): { readonly type: 'text'; readonly length?: number; readonly nullable: false } {
  return length === undefined ? { type: 'text', nullable: false } : { type: 'text', length, nullable: false }
}

/** Bytes, at most `length` of them, or, without a length, many. */
export function bytes(length?: number): { readonly type: 'bytes'; readonly length?: number; readonly nullable: false } {
  return length === undefined ? { type: 'bytes', nullable: false } : { type: 'bytes', length, nullable: false }
}

/** A safe integer: a count, a version, a time in milliseconds since 1970. */
export function integer(): { readonly type: 'integer'; readonly nullable: false } {
  return { type: 'integer', nullable: false }
}

/** An integer of 64 bits with a sign. */
export function bigint(): { readonly type: 'bigint'; readonly nullable: false } {
  return { type: 'bigint', nullable: false }
}

/** An integer of up to 38 decimal digits with a sign, as a JavaScript bigint: amounts in units so small that 64 bits do not hold them. */
export function wideInteger(): { readonly type: 'wideInteger'; readonly nullable: false } {
  return { type: 'wideInteger', nullable: false }
}

/** True or false. */
export function boolean(): { readonly type: 'boolean'; readonly nullable: false } {
  return { type: 'boolean', nullable: false }
}

/** The same column, but null is allowed. */
export function nullable<C extends Column>(column: C): Omit<C, 'nullable'> & { readonly nullable: true } {
  return { ...column, nullable: true }
}

/**
 * The same column, added to a table that is already in use: rows that are there get `fill` (big numbers as text), and so do
 * rows that hosts of the version before go on inserting. A storage that keeps rows from one release to the next fills it in.
 */
export function filled<C extends Column>(
  column: C,
  fill: string | number | boolean,
): C & { readonly fill: string | number | boolean } {
  return { ...column, fill }
}

/**
 * Defines a table. Its unique keys and indexes name columns that it has, which the types hold.
 *
 * @example
 * ```ts
 * import { defineTable, integer, nullable, text } from '@billfold/core'
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

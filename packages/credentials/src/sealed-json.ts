import { open, seal } from '@billfold/core/crypto'
import { sealedColumn, type SealedColumn, type Services } from '@billfold/core/modules'
import type { RowOf, Table } from '@billfold/core/storage'
import type { z } from 'zod'

/** A row whose cells are sealed: its id is part of the encryption context. */
export interface SealedRow {
  readonly id: string
  readonly tenant: string
}

/** Seals and opens JSON of one column, bound to its row. */
export interface SealedJson<Value> {
  /** The column, for re-encryption under another key. */
  readonly column: SealedColumn
  readonly seal: (services: Services, row: SealedRow, value: Value) => Promise<Uint8Array>
  /** @throws BillfoldError `sealed.invalid` */
  readonly open: (services: Services, row: SealedRow, sealed: Uint8Array) => Promise<Value>
}

/** Declares a column with JSON that the keyring seals. */
export function sealedJson<T extends Table, Schema extends z.ZodType>(
  table: T,
  name: keyof RowOf<T> & string,
  schema: Schema,
): SealedJson<z.output<Schema>> {
  const contextOf = ({ id, tenant }: SealedRow) => ({ tenant, table: table.name, row: id, field: name })
  return {
    column: sealedColumn(table, name, (row) => contextOf({ id: String(row['id']), tenant: String(row['tenant']) })),
    seal: ({ keyring }, row, value) => seal(keyring, new TextEncoder().encode(JSON.stringify(value)), contextOf(row)),
    open: async ({ keyring }, row, sealed) => {
      const plain = new TextDecoder().decode(await open(keyring, sealed, contextOf(row)))
      return schema.parse(JSON.parse(plain))
    },
  }
}

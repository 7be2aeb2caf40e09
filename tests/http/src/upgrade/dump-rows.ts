import { tables } from '@billfold/core'
import { batch, type Row, type Storage, type Table, type CellValue } from '@billfold/core/storage'

/** The rows of all tables as JSON, with tagged bigints and bytes. */
export type DumpedRows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

/** Dumps the rows of all tables. */
export async function dumpRows(storage: Storage): Promise<DumpedRows> {
  const dumped: Record<string, readonly Readonly<Record<string, unknown>>[]> = {}
  for (const table of tables) {
    const rows: readonly Row[] = await storage.find(table)
    if (rows.length > 0) dumped[table.name] = rows.map((row) => mapCells(row, encodeCell))
  }
  return dumped
}

/** Restores rows into tables with the columns of the dump. */
export async function restoreRows(storage: Storage, dumped: DumpedRows): Promise<void> {
  for (const table of tables) {
    const rows = (dumped[table.name] ?? []).map((row) => mapCells(row, decodeCell))
    const inserts = rows.map((row) => ({ kind: 'insert', table: withPresentColumns(table, row), row }) as const)
    if (inserts.length > 0) await storage.commit(batch(...inserts))
  }
}

function withPresentColumns(table: Table, row: Row): Table {
  const columns = Object.entries(table.columns).filter(([name]) => Object.hasOwn(row, name))
  return { ...table, columns: Object.fromEntries(columns) }
}

function mapCells<From, To>(row: Readonly<Record<string, From>>, change: (cell: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, change(cell)]))
}

function encodeCell(cell: CellValue): unknown {
  if (typeof cell === 'bigint') return { bigint: String(cell) }
  return cell instanceof Uint8Array ? { base64: Buffer.from(cell).toString('base64') } : cell
}

function decodeCell(cell: unknown): CellValue {
  if (cell === null || typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean') return cell
  if (typeof cell === 'object' && 'bigint' in cell) return BigInt(String(cell.bigint))
  if (typeof cell === 'object' && 'base64' in cell) return new Uint8Array(Buffer.from(String(cell.base64), 'base64'))
  throw new TypeError('unexpected type of a cell')
}

import { matchesWhere } from './match-where.ts'
import type { Row, CellValue, Where } from './storage.ts'
import type { Table } from './table.ts'

type Undo = () => void

/** The rows of one table with its unique keys. A change returns the function that undoes it, or undefined if a key is taken. */
export class MemoryTable {
  readonly #keys: readonly UniqueKey[]
  readonly #rows = new Map<string, Row>()
  readonly #primary: readonly string[]

  constructor(table: Table) {
    this.#primary = table.key
    this.#keys = Object.values(table.unique).map((columns) => new UniqueKey(columns))
  }

  /** Returns the rows that match. A condition on the whole primary key is looked up directly. */
  matching(where: Where): Row[] {
    const key = encodeKey(this.#primary, where)
    const row = key === undefined ? undefined : this.#rows.get(key)
    const rows = key === undefined ? [...this.#rows.values()] : row === undefined ? [] : [row]
    return rows.filter((candidate) => matchesWhere(candidate, where))
  }

  insert(row: Row): Undo | undefined {
    const key = encodeKey(this.#primary, row)
    if (key === undefined || this.#rows.has(key) || this.#keys.some((unique) => unique.has(row))) return undefined
    this.#rows.set(key, row)
    for (const unique of this.#keys) unique.add(row)
    return () => this.remove(row)
  }

  remove(row: Row): Undo {
    const key = encodeKey(this.#primary, row)
    if (key !== undefined) this.#rows.delete(key)
    for (const unique of this.#keys) unique.delete(row)
    return () => this.insert(row)
  }

  replace(row: Row, next: Row): Undo | undefined {
    const restoreOld = this.remove(row)
    const removeNew = this.insert(next)
    if (removeNew === undefined) {
      restoreOld()
      return undefined
    }
    return () => {
      removeNew()
      restoreOld()
    }
  }
}

/** The values of one unique key. */
class UniqueKey {
  readonly #columns: readonly string[]
  readonly #values = new Set<string>()

  constructor(columns: readonly string[]) {
    this.#columns = columns
  }

  has(row: Row): boolean {
    const key = encodeKey(this.#columns, row)
    return key !== undefined && this.#values.has(key)
  }

  add(row: Row): void {
    const key = encodeKey(this.#columns, row)
    if (key !== undefined) this.#values.add(key)
  }

  delete(row: Row): void {
    const key = encodeKey(this.#columns, row)
    if (key !== undefined) this.#values.delete(key)
  }
}

/** Encodes the values of these columns. Returns undefined if one is null, which equals no other value, or is not tested for equality. */
function encodeKey(columns: readonly string[], cells: Where): string | undefined {
  const parts: string[] = []
  for (const column of columns) {
    const cell = cells[column]
    if (cell === undefined || cell === null || (typeof cell === 'object' && !(cell instanceof Uint8Array)))
      return undefined
    parts.push(encodeCell(cell))
  }
  return JSON.stringify(parts)
}

function encodeCell(cell: NonNullable<CellValue>): string {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('base64') : String(cell)
}

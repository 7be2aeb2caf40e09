import { matchesWhere } from './match-where.ts'
import type { CellValue, Condition, Row, Where } from './storage.ts'
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

  /** Returns the rows that match. Conditions on all columns of a key, by equality or `in`, are looked up directly. */
  matching(where: Where): Row[] {
    const rows = this.#lookUp(where) ?? [...this.#rows.values()]
    return rows.filter((candidate) => matchesWhere(candidate, where))
  }

  #lookUp(where: Where): readonly Row[] | undefined {
    const key = encodeKey(this.#primary, where)
    if (key !== undefined) return toList(this.#rows.get(key))
    for (const unique of this.#keys) {
      const rows = unique.lookUp(where)
      if (rows !== undefined) return rows
    }
    return undefined
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

/** The rows by one unique key. */
class UniqueKey {
  readonly #columns: readonly string[]
  readonly #rows = new Map<string, Row>()

  constructor(columns: readonly string[]) {
    this.#columns = columns
  }

  has(row: Row): boolean {
    const key = encodeKey(this.#columns, row)
    return key !== undefined && this.#rows.has(key)
  }

  add(row: Row): void {
    const key = encodeKey(this.#columns, row)
    if (key !== undefined) this.#rows.set(key, row)
  }

  delete(row: Row): void {
    const key = encodeKey(this.#columns, row)
    if (key !== undefined) this.#rows.delete(key)
  }

  /** Returns the row of each value that the conditions name; undefined unless they name values of all columns, of one by `in`. */
  lookUp(where: Where): readonly Row[] | undefined {
    const column = this.#columns.find((name) => listOf(where[name]) !== undefined)
    const values = column === undefined ? undefined : listOf(where[column])
    if (column === undefined || values === undefined) {
      const key = encodeKey(this.#columns, where)
      return key === undefined ? undefined : toList(this.#rows.get(key))
    }
    const keys = new Set(values.map((value) => encodeKey(this.#columns, { ...where, [column]: value })))
    return keys.has(undefined) ? undefined : [...keys].flatMap((key) => toList(this.#rows.get(key ?? '')))
  }
}

function listOf(condition: Condition | undefined): readonly CellValue[] | undefined {
  return typeof condition === 'object' && condition !== null && 'in' in condition ? condition.in : undefined
}

function toList(row: Row | undefined): readonly Row[] {
  return row === undefined ? [] : [row]
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

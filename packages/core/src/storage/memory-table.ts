import { passes } from './passes.ts'
import type { Row, Value, Where } from './storage.ts'
import type { Table } from './table.ts'

type Undo = () => void

/** The rows of one table, by primary key, with its unique keys held. A change gives back what undoes it, or undefined when a key is taken. */
export class MemoryTable {
  readonly #keys: readonly UniqueKey[]
  readonly #rows = new Map<string, Row>()
  readonly #primary: readonly string[]

  constructor(table: Table) {
    this.#primary = table.key
    this.#keys = Object.values(table.unique).map((columns) => new UniqueKey(columns))
  }

  /** The rows that pass; the one row at once where the whole primary key is asked for. */
  passing(where: Where): Row[] {
    const key = keyOf(this.#primary, where)
    const row = key === undefined ? undefined : this.#rows.get(key)
    const rows = key === undefined ? [...this.#rows.values()] : row === undefined ? [] : [row]
    return rows.filter((candidate) => passes(candidate, where))
  }

  insert(row: Row): Undo | undefined {
    const key = keyOf(this.#primary, row)
    if (key === undefined || this.#rows.has(key) || this.#keys.some((unique) => unique.isTaken(row))) return undefined
    this.#rows.set(key, row)
    for (const unique of this.#keys) unique.take(row)
    return () => this.remove(row)
  }

  remove(row: Row): Undo {
    const key = keyOf(this.#primary, row)
    if (key !== undefined) this.#rows.delete(key)
    for (const unique of this.#keys) unique.free(row)
    return () => this.insert(row)
  }

  replace(row: Row, next: Row): Undo | undefined {
    const putBack = this.remove(row)
    const takeOut = this.insert(next)
    if (takeOut === undefined) {
      putBack()
      return undefined
    }
    return () => {
      takeOut()
      putBack()
    }
  }
}

/** The taken values of one unique key. */
class UniqueKey {
  readonly #columns: readonly string[]
  readonly #taken = new Set<string>()

  constructor(columns: readonly string[]) {
    this.#columns = columns
  }

  isTaken(row: Row): boolean {
    const key = keyOf(this.#columns, row)
    return key !== undefined && this.#taken.has(key)
  }

  take(row: Row): void {
    const key = keyOf(this.#columns, row)
    if (key !== undefined) this.#taken.add(key)
  }

  free(row: Row): void {
    const key = keyOf(this.#columns, row)
    if (key !== undefined) this.#taken.delete(key)
  }
}

/** One text for the plain values of these columns; undefined when one is null (it equals no other) or is tested otherwise. */
function keyOf(columns: readonly string[], cells: Where): string | undefined {
  const parts: string[] = []
  for (const column of columns) {
    const cell = cells[column]
    if (cell === undefined || cell === null || (typeof cell === 'object' && !(cell instanceof Uint8Array)))
      return undefined
    parts.push(keyText(cell))
  }
  return JSON.stringify(parts)
}

function keyText(cell: NonNullable<Value>): string {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('base64') : String(cell)
}

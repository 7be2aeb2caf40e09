import { z } from 'zod'
import { type CellValue, check, type Row, type Table, type Where, type Write } from '../../kernel/storage/index.ts'

/**
 * A table whose rows a stored reply rests on: a credential, or what it was used for. While `column` of a row has the
 * value that it had after the request, the stored reply may be given again.
 */
export interface ReplyPrecondition {
  readonly table: Table
  /** `version` of a credential; `archivedAt` or `revokedAt` of what can end. */
  readonly column: string
}

const cell = z.union([z.string(), z.number(), z.null()])

/** Schema of preconditions as stored with a reply. */
export const storedPreconditionsSchema = z.array(
  z.object({ table: z.string(), key: z.record(z.string(), cell), column: z.string(), value: cell }),
)

/** A precondition as it is stored with a reply: the row, and the value that its column must have. */
export type StoredPrecondition = z.output<typeof storedPreconditionsSchema>[number]

/** The rows that the reply of the running request rests on, by table and primary key. */
export type ReplyPreconditions = Map<string, StoredPrecondition>

/**
 * Records which rows a committed batch rested on, in the state in which the batch has left them: what the batch has
 * checked, inserted, or updated under a guard. A row that the request has removed itself, such as a consumed code, is
 * no longer a precondition.
 */
export function recordPreconditions(
  declared: readonly ReplyPrecondition[],
  recorded: ReplyPreconditions,
  writes: readonly Write[],
): void {
  for (const write of writes)
    for (const { table, column } of declared)
      if (write.table.name === table.name) record(recorded, table, column, write)
}

function record(recorded: ReplyPreconditions, table: Table, column: string, write: Write): void {
  const cells: Where | Row = write.kind === 'insert' ? write.row : write.where
  const key: Record<string, string | number | null> = {}
  for (const name of table.key) {
    const part = toStoredCell(Reflect.get(cells, name))
    if (part === undefined || part === null) return
    key[name] = part
  }
  const id = JSON.stringify([table.name, ...Object.values(key)])
  if (write.kind === 'remove') {
    recorded.delete(id)
    return
  }
  const value = toValueAfter(cells, column, write)
  if (value !== undefined) recorded.set(id, { table: table.name, key, column, value })
}

/** The value of the column after the write; undefined if the write neither names nor sets it. */
function toValueAfter(cells: Where | Row, column: string, write: Write): string | number | null | undefined {
  if (write.kind === 'check' && write.expectedRows === 'none') return undefined
  const before = toStoredCell(Reflect.get(cells, column))
  if (write.kind !== 'update') return before
  if (Object.hasOwn(write.set, column)) return toStoredCell(write.set[column])
  const added = write.add[column]
  return typeof before === 'number' && typeof added === 'number' ? before + added : before
}

function toStoredCell(value: unknown): string | number | null | undefined {
  return typeof value === 'string' || typeof value === 'number' || value === null ? value : undefined
}

/**
 * Builds the checks of stored preconditions.
 * @returns undefined if a precondition cannot be checked any more
 */
export function toPreconditionChecks(
  declared: readonly ReplyPrecondition[],
  stored: readonly StoredPrecondition[],
): readonly Write[] | undefined {
  const checks: Write[] = []
  for (const { table: name, key, column, value } of stored) {
    const found = declared.find(({ table }) => table.name === name)
    if (found === undefined || found.column !== column) return undefined
    const where: Record<string, CellValue> = { ...key, [column]: value }
    checks.push(check(found.table, { where }))
  }
  return checks
}

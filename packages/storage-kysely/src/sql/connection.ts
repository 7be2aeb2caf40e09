import { CompiledQuery, type Kysely } from 'kysely'

/** The result of a statement: the rows it returned, or how many it affected. */
export interface StatementResult {
  readonly rows: readonly unknown[]
  readonly affectedRows: number
}

/** Runs one statement. */
export type Run = (sql: string, parameters?: readonly unknown[]) => Promise<StatementResult>

/** Returns a function that runs raw SQL on a Kysely instance, connection or transaction. */
export function statementRunner<DB>(db: Kysely<DB>): Run {
  // The host's plugins are meant for the host's queries: one that renames columns would rename ours.
  const plain = db.withoutPlugins()
  return async (sql, parameters = []) => {
    const result = await plain.executeQuery(CompiledQuery.raw(sql, [...parameters]))
    return { rows: result.rows, affectedRows: Number(result.numAffectedRows ?? 0n) }
  }
}

/** Converts a row from a driver to cells by column name. A value that is not an object gives no cells. */
export function toCells(row: unknown): Readonly<Record<string, unknown>> {
  return typeof row === 'object' && row !== null ? Object.fromEntries(Object.entries(row)) : {}
}

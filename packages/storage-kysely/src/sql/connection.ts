import { CompiledQuery, type QueryResult } from 'kysely'
import type { Dialect } from './dialect.ts'
import { inlineParameters } from './mysql-literals.ts'

/** The result of a statement: the rows it returned, or how many it affected. */
export interface StatementResult {
  readonly rows: readonly unknown[]
  readonly affectedRows: number
}

/** The part of a Kysely instance, connection or transaction that runs statements, whatever its tables are. */
export interface QueryableDatabase {
  readonly withoutPlugins: () => { readonly executeQuery: (query: CompiledQuery) => Promise<QueryResult<unknown>> }
}

/** Runs one statement. */
export type Run = (sql: string, parameters?: readonly unknown[]) => Promise<StatementResult>

/**
 * Returns a function that runs raw SQL on a Kysely instance, connection or transaction. PostgreSQL and SQLite receive the
 * values apart from the statement; Kysely's MySQL dialect has only `query`, whose values the driver escapes.
 */
export function statementRunner(db: QueryableDatabase, dialect: Dialect): Run {
  // The host's plugins are meant for the host's queries: one that renames columns would rename ours.
  const plain = db.withoutPlugins()
  return async (sql, parameters = []) => {
    const query =
      dialect === 'mysql'
        ? CompiledQuery.raw(inlineParameters(sql, parameters))
        : CompiledQuery.raw(sql, [...parameters])
    const result = await plain.executeQuery(query)
    return { rows: result.rows, affectedRows: Number(result.numAffectedRows ?? 0n) }
  }
}

/** Converts a row from a driver to cells by column name. A value that is not an object gives no cells. */
export function toCells(row: unknown): Readonly<Record<string, unknown>> {
  return typeof row === 'object' && row !== null ? Object.fromEntries(Object.entries(row)) : {}
}

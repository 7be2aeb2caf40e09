import { validateQuery, type Query, type RowOf, type Table, typedRows } from '@billfold/core/storage'
import { decodeRow } from './sql/cell-codec.ts'
import type { Run } from './sql/connection.ts'
import type { Target } from './sql/dialect.ts'
import { findStatement } from './sql/statements.ts'

/** Finds rows on the connection or transaction of `run`. */
export async function findRows<T extends Table>(
  run: Run,
  target: Target,
  table: T,
  query: Query<RowOf<T>> | undefined,
): Promise<RowOf<T>[]> {
  const statement = findStatement(target, table, validateQuery(table, query))
  const { rows } = await run(statement.sql, statement.parameters)
  return typedRows(
    table,
    rows.map((row) => decodeRow(target.dialect, table, row)),
  )
}

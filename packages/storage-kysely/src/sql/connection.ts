import { CompiledQuery, type Kysely } from 'kysely'

/** What a statement did: the rows that it gave, or how many it hit. */
export interface Outcome {
  readonly rows: readonly unknown[]
  readonly affectedRows: number
}

/** Runs one statement. */
export type Run = (sql: string, parameters?: readonly unknown[]) => Promise<Outcome>

/** Runs statements as they stand on what Kysely has: its pool, one connection, or a transaction. */
export function runOn<DB>(db: Kysely<DB>): Run {
  // The host's plugins are for the host's queries: one that renames columns would rename ours.
  const plain = db.withoutPlugins()
  return async (sql, parameters = []) => {
    const result = await plain.executeQuery(CompiledQuery.raw(sql, [...parameters]))
    return { rows: result.rows, affectedRows: Number(result.numAffectedRows ?? 0n) }
  }
}

/** A row as a driver gives it, by name; without any cell when it is none. */
export function cellsOf(row: unknown): Readonly<Record<string, unknown>> {
  return typeof row === 'object' && row !== null ? Object.fromEntries(Object.entries(row)) : {}
}

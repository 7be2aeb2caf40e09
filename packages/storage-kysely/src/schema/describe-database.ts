import { type Run, toCells } from '../sql/connection.ts'
import type { Dialect, Names } from '../sql/dialect.ts'

const queries: Readonly<Record<Dialect, string>> = {
  sqlite: 'select file as name from pragma_database_list where name = ?',
  postgres: 'select current_database() as name, coalesce($1, current_schema()) as schema_name',
  mysql: 'select coalesce(?, database()) as name',
}

/** Names the database, and on PostgreSQL the schema, as the connection sees them: a name in the settings may be misspelled. */
export async function describeDatabase(run: Run, dialect: Dialect, { schema }: Names): Promise<string> {
  const parameter = dialect === 'sqlite' ? (schema ?? 'main') : (schema ?? null)
  const { name, schema_name } = toCells((await run(queries[dialect], [parameter])).rows[0])
  const database = `the database "${typeof name === 'string' && name !== '' ? name : 'in memory'}"`
  return dialect === 'postgres' ? `${database}, schema "${String(schema_name)}"` : database
}

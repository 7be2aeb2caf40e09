/**
 * Puts values into the text of a MySQL statement, as literals. The drivers would quote them with backslashes, which the server
 * takes as plain characters under the `sql_mode` NO_BACKSLASH_ESCAPES: a quote in a value would then end its literal. A
 * hexadecimal literal has no character that any `sql_mode` or character set reads differently.
 *
 * @param sql - a statement whose only question marks are placeholders; without parameters, any statement
 */
export function inlineParameters(sql: string, parameters: readonly unknown[]): string {
  if (parameters.length === 0) return sql
  const parts = sql.split('?')
  if (parts.length !== parameters.length + 1)
    throw new TypeError(`${parts.length - 1} placeholders, but ${parameters.length} parameters`)
  let text = parts[0] ?? ''
  for (const [at, parameter] of parameters.entries()) text += toMysqlLiteral(parameter) + (parts[at + 1] ?? '')
  return text
}

/** Converts a value to a literal of MySQL and MariaDB that does not depend on the session. */
export function toMysqlLiteral(value: unknown): string {
  if (value === null) return 'null'
  // Text in the character set of the columns, whatever the connection has; the collation is the column's.
  if (typeof value === 'string') return `_utf8mb4 x'${Buffer.from(value, 'utf8').toString('hex')}'`
  if (value instanceof Uint8Array)
    return `x'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}'`
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  throw new TypeError(`a parameter of type ${typeof value} has no literal`)
}

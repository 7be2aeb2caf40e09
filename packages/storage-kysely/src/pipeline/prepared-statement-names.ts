import { createHash } from 'node:crypto'

/** Every connection of the pool caches the plan of each prepared statement. */
export const maxPreparedStatements = 256

/** Number of texts remembered as seen once. */
const maxSeenTexts = 2_000

/**
 * Creates a function that names statements, so that the server prepares each once per connection. A text gets its name when
 * it is seen for the second time, as long as names are left; undefined means that it runs unprepared.
 */
export function preparedStatementNames(): (sql: string) => string | undefined {
  const names = new Map<string, string>()
  const seenOnce = new Set<string>()
  return (sql) => {
    const name = names.get(sql)
    if (name !== undefined || names.size >= maxPreparedStatements) return name
    if (!seenOnce.delete(sql)) {
      if (seenOnce.size >= maxSeenTexts) seenOnce.clear()
      seenOnce.add(sql)
      return undefined
    }
    const newName = `billfold_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`
    names.set(sql, newName)
    return newName
  }
}

/** A column of a table: its heading, and the text of a cell. */
export interface Column<T> {
  readonly heading: string
  readonly cell: (row: T) => string
}

/**
 * Formats rows as a table with headings. The last column is not padded, so that long values do not widen the others.
 * @param nothing printed if there are no rows, such as `No service keys`
 */
export function formatTable<T>(rows: readonly T[], columns: readonly Column<T>[], nothing: string): string {
  if (rows.length === 0) return `${nothing}\n`
  const lines = [columns.map(({ heading }) => heading), ...rows.map((row) => columns.map(({ cell }) => cell(row)))]
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)))
  return lines
    .map((cells) => cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

/** Formats a time in epoch milliseconds as ISO 8601 to the second, and a missing one as a hyphen. */
export function formatTime(time: number | undefined): string {
  return time === undefined ? '-' : new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

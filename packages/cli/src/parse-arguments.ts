import { UsageError } from './command.ts'

/**
 * Runs an argument parser.
 * @throws UsageError with the parser's message if it throws
 */
export function parseOrUsageError<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'Invalid arguments', { cause: error })
  }
}

/**
 * Returns a required argument.
 * @throws UsageError if it is missing
 */
export function requireArgument(value: string | undefined, description: string): string {
  if (value === undefined || value === '') throw new UsageError(`Missing argument: ${description}`)
  return value
}

/**
 * Parses a date or time to epoch milliseconds. Accepts epoch milliseconds as well, which `--json` prints.
 * @throws UsageError
 */
export function parseTime(date: string): number {
  const time = /^[0-9]{12,14}$/.test(date) ? Number(date) : Date.parse(date)
  if (Number.isNaN(time))
    throw new UsageError(
      `Invalid date ${JSON.stringify(date)}: expected 2027-01-31, an ISO 8601 time or epoch milliseconds`,
    )
  return time
}

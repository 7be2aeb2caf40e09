import { UsageError } from './command.ts'

/** What `parse` makes of the arguments. @throws UsageError for arguments that it does not take */
export function understood<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The arguments are not understood', { cause: error })
  }
}

/** What must be given. @throws UsageError that says how */
export function required(value: string | undefined, how: string): string {
  if (value === undefined || value === '') throw new UsageError(`Say ${how}`)
  return value
}

/** A time, in milliseconds since 1970. @throws UsageError */
export function timeNamed(date: string): number {
  const time = Date.parse(date)
  if (Number.isNaN(time)) throw new UsageError('A date looks like 2027-01-31')
  return time
}

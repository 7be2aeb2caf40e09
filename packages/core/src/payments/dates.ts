import { BillfoldError } from '../kernel/errors.ts'

export const millisecondsPerDay = 24 * 60 * 60 * 1000

/**
 * Parses a date `YYYY-MM-DD` from 1970 on.
 * @returns the start of that day in UTC, in milliseconds since 1970
 * @throws BillfoldError `date.invalid` for any other text, and for dates that do not exist
 */
export function parseDay(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00.000Z`) : Number.NaN
  if (Number.isNaN(time) || formatDay(time) !== text) throw new BillfoldError('date.invalid')
  return time
}

/** Formats a time (milliseconds since 1970) as `YYYY-MM-DD` in UTC. */
export function formatDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** Formats a time (milliseconds since 1970) as `YYYY-MM-DD hh:mm:ss` in UTC. */
export function formatDateTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

/** @throws BillfoldError `date.invalid` unless the date is between 1900 and today */
export function assertBirthDate(text: string, now: number): void {
  const time = parseDay(text)
  if (time > now || time < Date.UTC(1900)) throw new BillfoldError('date.invalid')
}

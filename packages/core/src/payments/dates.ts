import { BillfoldError } from '../errors.ts'

/** Milliseconds of a day. */
export const dayMilliseconds = 24 * 60 * 60 * 1000

/**
 * The first millisecond (UTC) of a day that is written `YYYY-MM-DD`, since 1970.
 * @throws BillfoldError `date.invalid` for any other text and for days that no calendar has
 */
export function startOfDay(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00.000Z`) : Number.NaN
  if (Number.isNaN(time) || dayOf(time) !== text) throw new BillfoldError('date.invalid')
  return time
}

/** The day (UTC) of a moment, as `YYYY-MM-DD`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** `YYYY-MM-DD hh:mm:ss` in UTC. */
export function dateTimeOf(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

/** @throws BillfoldError `date.invalid` unless somebody can have been born that day */
export function assertBirthDate(text: string, now: number): void {
  const time = startOfDay(text)
  if (time > now || time < Date.UTC(1900)) throw new BillfoldError('date.invalid')
}

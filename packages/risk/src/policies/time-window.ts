import type { Conditions } from './policy.ts'

const weekdays: Readonly<Record<string, number>> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 }

/**
 * Returns true if a time is in a daily window of a time zone. A window that ends before it starts passes midnight, and belongs to
 * the day on which it starts; one that ends when it starts is the whole day. The start is part of it, the end is not.
 */
export function isInTimeWindow({ zone, days, from, to }: NonNullable<Conditions['time']>, now: number): boolean {
  const { minute, day } = toLocalTime(zone, now)
  const [start, end] = [toMinute(from), toMinute(to)]
  const on = (weekday: number): boolean => days === undefined || days.includes(weekday)
  if (start < end) return on(day) && minute >= start && minute < end
  const yesterday = day === 1 ? 7 : day - 1
  return (on(day) && minute >= start) || (on(yesterday) && minute < end)
}

function toMinute(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

function toLocalTime(timeZone: string, now: number): { readonly minute: number; readonly day: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  const fields = Object.fromEntries(parts.formatToParts(now).map(({ type, value }) => [type, value]))
  const { weekday = '', hour = '0', minute = '0' } = fields
  return { minute: Number(hour) * 60 + Number(minute), day: weekdays[weekday] ?? 0 }
}

import { expect, test } from 'vitest'
import { isInTimeWindow } from './time-window.ts'

const at = (text: string): number => Date.parse(text)
const office = { zone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00', inside: true }
const night = { zone: 'UTC', days: [5], from: '22:00', to: '06:00', inside: true }

test.each([
  ['the start of office hours in winter', office, '2026-01-05T08:00:00Z', true],
  ['the minute before in winter', office, '2026-01-05T07:59:00Z', false],
  ['the start of office hours in summer', office, '2026-07-06T07:00:00Z', true],
  ['the end of office hours', office, '2026-01-05T16:00:00Z', false],
  ['a Saturday', office, '2026-01-10T10:00:00Z', false],
  ['Friday night', night, '2026-01-09T23:00:00Z', true],
  ['Saturday morning, which belongs to Friday night', night, '2026-01-10T05:59:00Z', true],
  ['Friday morning, which belongs to Thursday night', night, '2026-01-09T05:00:00Z', false],
  ['a whole day', { ...night, from: '00:00', to: '00:00' }, '2026-01-09T12:00:00Z', true],
  ['the day after a whole day', { ...night, from: '00:00', to: '00:00' }, '2026-01-10T00:00:00Z', false],
] as const)('a time window has %s as expected', (_, window, time, expected) => {
  expect(isInTimeWindow({ ...window, days: [...window.days] }, at(time))).toBe(expected)
})

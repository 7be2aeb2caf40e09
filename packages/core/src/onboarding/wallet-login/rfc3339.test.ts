import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRfc3339 } from './rfc3339.ts'

describe('parseRfc3339', () => {
  // The examples of RFC 3339 section 5.8.
  it.each([
    ['1985-04-12T23:20:50.52Z', Date.UTC(1985, 3, 12, 23, 20, 50, 520)],
    ['1996-12-19T16:39:57-08:00', Date.UTC(1996, 11, 20, 0, 39, 57)],
    ['1990-12-31T23:59:60Z', Date.UTC(1991, 0, 1)],
    ['1990-12-31T15:59:60-08:00', Date.UTC(1991, 0, 1)],
    ['1937-01-01T12:00:27.87+00:20', Date.UTC(1937, 0, 1, 11, 40, 27, 870)],
    ['2024-02-29t00:00:00z', Date.UTC(2024, 1, 29)],
    ['2024-01-01T00:00:00.123456789Z', Date.UTC(2024, 0, 1, 0, 0, 0, 123)],
  ])('parses %s', (text, time) => {
    expect(parseRfc3339(text)).toBe(time)
  })

  it.each([
    '2023-02-29T00:00:00Z',
    '2024-02-31T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-01-15T23:59:60Z',
    '2024-01-01T00:00:61Z',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00:00+24:00',
    '2024-01-01 00:00:00Z',
    '2024-1-1T00:00:00Z',
    '2024-01-01T00:00:00.Z',
    '',
  ])('returns NaN for %j', (text) => {
    expect(parseRfc3339(text)).toBeNaN()
  })

  it('parses what Date formats, to the same time', () => {
    const times = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) })
    fc.assert(
      fc.property(times, (time) => {
        expect(parseRfc3339(new Date(time).toISOString())).toBe(time)
      }),
    )
  })
})

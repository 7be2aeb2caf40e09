import { expect, test } from 'vitest'
import { parsePlace, toNetwork, travelKmPerHour } from './place.ts'

test.each([
  ['203.0.113.77', '203.0.113.0/24'],
  ['2001:db8:7:1::/64', '2001:db8:7::/48'],
  ['unknown', undefined],
  ['::1', undefined],
  ['', undefined],
])('toNetwork of %s is %s', (source, network) => {
  expect(toNetwork(source)).toBe(network)
})

const brussels = { country: 'BE', latitude: 50.85, longitude: 4.35 }
const newYork = { country: 'US', latitude: 40.71, longitude: -74.01 }
const antwerp = { country: 'BE', latitude: 51.22, longitude: 4.4 }

test('travelKmPerHour is the great-circle distance by the time', () => {
  // Brussels to New York: 5,890 km by the usual tables.
  expect(travelKmPerHour(brussels, newYork, 3_600_000)).toBeCloseTo(5890, -2)
  expect(travelKmPerHour(brussels, newYork, 10 * 3_600_000)).toBeCloseTo(589, -1)
})

test('travelKmPerHour within a hundred kilometers is 0, because addresses are placed no better', () => {
  expect(travelKmPerHour(brussels, antwerp, 1000)).toBe(0)
})

test('travelKmPerHour of acts at the same moment is finite', () => {
  expect(travelKmPerHour(brussels, newYork, 0)).toBeLessThan(1_000_000)
})

test('travelKmPerHour without coordinates is undefined', () => {
  expect(travelKmPerHour({ country: 'BE' }, newYork, 1000)).toBeUndefined()
})

test.each([
  [undefined],
  [{}],
  [{ country: '' }],
  [{ country: 'BE', latitude: 91 }],
  [{ country: 'BE', longitude: Number.NaN }],
])('parsePlace of %o is undefined', (value) => {
  expect(parsePlace(value)).toBeUndefined()
})

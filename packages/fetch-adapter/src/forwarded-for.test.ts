import { expect, test } from 'vitest'
import { forwardedFor } from './forwarded-for.ts'

test.each([
  ['203.0.113.9', 1, '203.0.113.9'],
  ['198.51.100.7, 203.0.113.9', 1, '203.0.113.9'],
  ['192.0.2.66, 198.51.100.7,203.0.113.9', 2, '198.51.100.7'],
  ['203.0.113.9', 2, '203.0.113.9'],
  ['2001:db8::1', 1, '2001:db8::1'],
  ['192.0.2.66, ', 1, undefined],
  ['', 1, undefined],
])('behind proxies, X-Forwarded-For %j with %i of them is %s', (header, proxies, address) => {
  expect(forwardedFor(new Request('https://a.example', { headers: { 'x-forwarded-for': header } }), proxies)).toBe(
    address,
  )
})

test('behind proxies that send no X-Forwarded-For there is no address', () => {
  expect(forwardedFor(new Request('https://a.example'), 1)).toBeUndefined()
})

test.each([0, -1, 1.5, Number.NaN])('the number of proxies cannot be %s', (proxies) => {
  expect(() => forwardedFor(new Request('https://a.example'), proxies)).toThrow(RangeError)
})

import { expect, test } from 'vitest'
import { boundedCache } from './bounded-cache.ts'

test('makes a value once, for as long as it is kept', () => {
  const cache = boundedCache<object>(2)
  const first = cache.get('a', () => ({}))
  expect(cache.get('a', () => ({}))).toBe(first)
})

test('never keeps more than it may, and lets go of what was not asked for the longest', () => {
  const cache = boundedCache<string>(2)
  cache.get('a', () => 'a')
  cache.get('b', () => 'b')
  cache.get('a', () => 'not made again')
  cache.get('c', () => 'c')
  expect(cache.size()).toBe(2)
  expect(cache.get('a', () => 'made again')).toBe('a')
  expect(cache.get('b', () => 'made again')).toBe('made again')
})

test('does not keep a failure', () => {
  const cache = boundedCache<string>(2)
  expect(() =>
    cache.get('a', () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(cache.get('a', () => 'yes')).toBe('yes')
  expect(cache.size()).toBe(1)
})

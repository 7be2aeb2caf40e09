import { expect, test } from 'vitest'
import { boundedCache } from './bounded-cache.ts'

test('getOrCreate returns the cached value without creating it again', () => {
  const cache = boundedCache<object>(2)
  const first = cache.get('a', () => ({}))
  expect(cache.get('a', () => ({}))).toBe(first)
})

test('getOrCreate evicts the least recently used value when the cache is full', () => {
  const cache = boundedCache<string>(2)
  cache.get('a', () => 'a')
  cache.get('b', () => 'b')
  cache.get('a', () => 'not created')
  cache.get('c', () => 'c')
  expect(cache.size()).toBe(2)
  expect(cache.get('a', () => 'created again')).toBe('a')
  expect(cache.get('b', () => 'created again')).toBe('created again')
})

test('getOrCreate does not cache an error', () => {
  const cache = boundedCache<string>(2)
  expect(() =>
    cache.get('a', () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(cache.get('a', () => 'yes')).toBe('yes')
  expect(cache.size()).toBe(1)
})

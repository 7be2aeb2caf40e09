import { expect, test } from 'vitest'
import { createLruCache } from './lru-cache.ts'

test('getOrCreate returns the cached value without creating it again', () => {
  const cache = createLruCache<object>(2)
  const first = cache.getOrCreate('a', () => ({}))
  expect(cache.getOrCreate('a', () => ({}))).toBe(first)
})

test('getOrCreate evicts the least recently used value when the cache is full', () => {
  const cache = createLruCache<string>(2)
  cache.getOrCreate('a', () => 'a')
  cache.getOrCreate('b', () => 'b')
  cache.getOrCreate('a', () => 'not created')
  cache.getOrCreate('c', () => 'c')
  expect(cache.size()).toBe(2)
  expect(cache.getOrCreate('a', () => 'created again')).toBe('a')
  expect(cache.getOrCreate('b', () => 'created again')).toBe('created again')
})

test('getOrCreate does not cache an error', () => {
  const cache = createLruCache<string>(2)
  expect(() =>
    cache.getOrCreate('a', () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(cache.getOrCreate('a', () => 'yes')).toBe('yes')
  expect(cache.size()).toBe(1)
})

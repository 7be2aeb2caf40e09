import { expect, test } from 'vitest'
import { createSalt } from './salts.ts'

test('salts of all lengths have that length, and none is like another', () => {
  const salts = Array.from({ length: 2000 }, (_, index) => createSalt(16 + (index % 17)))
  expect(salts.map(({ length }) => length)).toEqual(Array.from({ length: 2000 }, (_, index) => 16 + (index % 17)))
  expect(new Set(salts.map((salt) => salt.subarray(0, 16).toString('hex'))).size).toBe(2000)
})

test('a salt stays as it is when others are drawn', () => {
  const salt = createSalt(32)
  const copy = Buffer.from(salt)
  for (let count = 0; count < 100; count++) createSalt(32)
  expect(salt).toEqual(copy)
})

test('a salt of the largest length is drawn, and a longer one is refused', () => {
  expect(createSalt(1024)).toHaveLength(1024)
  expect(() => createSalt(1025)).toThrow(RangeError)
})

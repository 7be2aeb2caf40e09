import { expect, test } from 'vitest'
import { listDifferences } from './json-difference.ts'

test.each([
  ['equal values', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ['a field that is changed', { when: { amount: '1' } }, { when: { amount: '2' } }, [['when.amount', '1', '2']]],
  ['a field that is added', {}, { when: { a: 1 } }, [['when', undefined, { a: 1 }]]],
  ['a field that is removed', { a: 1, b: 2 }, { b: 2 }, [['a', 1, undefined]]],
  ['another kind of value', { a: [1] }, { a: { 0: 1 } }, [['a', [1], { 0: 1 }]]],
  [
    'elements of a list',
    { to: ['a', 'b', 'c'] },
    { to: ['c', 'd', 'a'] },
    [
      ['to', 'b', undefined],
      ['to', undefined, 'd'],
    ],
  ],
  ['the order of a list', { to: ['a', 'b'] }, { to: ['b', 'a'] }, [['to', ['a', 'b'], ['b', 'a']]]],
  [
    'objects in a list',
    { abi: [{ f: 'a' }] },
    { abi: [{ f: 'b' }, { f: 'c' }] },
    [
      ['abi.0.f', 'a', 'b'],
      ['abi.1', undefined, { f: 'c' }],
    ],
  ],
])('the differences of two JSON values name %s', (_, before, after, expected) => {
  expect(listDifferences(before, after).map((one) => [one.path, one.before, one.after])).toEqual(expected)
})

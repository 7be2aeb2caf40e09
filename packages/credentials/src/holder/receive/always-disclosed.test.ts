import { expect, test } from 'vitest'
import { listAlwaysDisclosed } from './always-disclosed.ts'

const digest = 'JzYjH4svliH0R3PyEMfeZu6Jt69u5qehZo7F7EPYlSE'

test.each([
  ['text', 'GB', true],
  ['an empty object', {}, true],
  ['an empty array', [], true],
  ['an object of digests', { _sd: [digest] }, false],
  ['an object with one member in the open', { _sd: [digest], country: 'GB' }, true],
  ['an object of objects of digests', { place: { _sd: [digest] } }, false],
  ['an object of objects with one member in the open', { place: { _sd: [digest], town: 'London' } }, true],
  ['an array of digests', [{ '...': digest }], false],
  ['an array with one element in the open', [{ '...': digest }, 'GB'], true],
])('a claim that is %s: %j is always disclosed: %s', (_, value, expected) => {
  expect(listAlwaysDisclosed({ vct: 'x', iat: 1, _sd: [digest], _sd_alg: 'sha-256', claim: value })).toEqual(
    expected ? ['claim'] : [],
  )
})

import { describe, expect, test } from 'vitest'
import { type DcqlQuery, dcqlQuerySchema } from './dcql-query.ts'
import { chooseClaims, isMoreThanRequested, isQuerySatisfied, listOverDisclosed } from './match-credential.ts'
import { selectClaims } from './select-claims.ts'

const ids = ['a', 'b', 'c', 'd']
const queryWith = (sets?: DcqlQuery['credential_sets']): DcqlQuery =>
  dcqlQuerySchema.parse({
    credentials: ids.map((id) => ({ id, format: 'dc+sd-jwt', meta: { vct_values: ['urn:x'] } })),
    ...(sets && { credential_sets: sets }),
  })

describe('credentials for a query with sets', () => {
  const oneOf = { options: [['a'], ['b']] }
  test.each([
    ['all without sets', undefined, 'a b c d', true, false],
    ['one missing without sets', undefined, 'a b c', false, false],
    ['one option', [oneOf], 'a', true, false],
    ['both options', [oneOf], 'a b', true, true],
    ['none', [oneOf], '', false, true],
    ['one in no set', [oneOf], 'a d', true, true],
    ['an optional one beside it', [oneOf, { options: [['c']], required: false }], 'b c', true, false],
    ['without the optional one', [oneOf, { options: [['c']], required: false }], 'b', true, false],
    ['one option of each of two sets that share an id', [oneOf, { options: [['b']] }], 'a b', true, false],
    ['an option of two', [{ options: [['a', 'b'], ['c']] }], 'a b', true, false],
    ['half an option', [{ options: [['a', 'b'], ['c']] }], 'a', false, true],
    ['an option and a half', [{ options: [['a', 'b'], ['c']] }], 'a c', true, true],
    ['an unknown id', [oneOf], 'a x', false, true],
  ])('%s', (_, sets, presented, isSatisfied, isMore) => {
    const set = new Set(presented === '' ? [] : presented.split(' '))
    const query = queryWith(sets)
    expect([isQuerySatisfied(query, set), isMoreThanRequested(query, set)]).toEqual([isSatisfied, isMore])
  })

  test('of very many combinations are decided at once', () => {
    const sets = Array.from({ length: 32 }, () => ({ options: [['a'], ['b'], ['c'], ['d'], ['a', 'b'], ['c', 'd']] }))
    expect(isMoreThanRequested(queryWith(sets), new Set(ids))).toBe(false)
  })
})

test('claims are selected by the path that is given, and by no other (OpenID4VP 1.0 section 7.3)', () => {
  const claims = {
    name: 'Arthur',
    address: { street: '42' },
    degrees: [{ type: 'BSc' }, { type: 'MSc' }],
    nations: ['UK', 'GD'],
  }
  const select = (...path: (string | number | null)[]) => selectClaims(claims, path).map(({ value }) => value)
  expect(select('name')).toEqual(['Arthur'])
  expect(select('address')).toEqual([claims.address])
  expect(select('address', 'street')).toEqual(['42'])
  expect(select('degrees', null, 'type')).toEqual(['BSc', 'MSc'])
  expect(select('nations', 1)).toEqual(['GD'])
  expect(select('nations', null)).toEqual(['UK', 'GD'])
  expect([
    select('nations', 2),
    select('name', null),
    select('name', 'x'),
    select('address', 0),
    select('toString'),
  ]).toEqual([[], [], [], [], []])
})

test('a value matches by its type, and the first claim set that can be satisfied is chosen', () => {
  const [credential] = dcqlQuerySchema.parse({
    credentials: [
      {
        id: 'a',
        format: 'dc+sd-jwt',
        meta: { vct_values: ['urn:x'] },
        claims: [
          { id: 'age', path: ['age'], values: [18] },
          { id: 'name', path: ['name'] },
          { id: 'none', path: ['none'] },
        ],
        claim_sets: [['none'], ['age', 'name'], ['name']],
      },
    ],
  }).credentials
  if (credential === undefined) throw new Error('no credential')
  const chosen = (claims: object) => chooseClaims(credential, { claims })?.map(({ id }) => id)
  expect(chosen({ age: 18, name: 'A' })).toEqual(['age', 'name'])
  expect(chosen({ age: '18', name: 'A' })).toEqual(['name'])
  expect(chosen({ age: 18 })).toBeUndefined()
})

test('parents and members of what was asked are not more, and siblings are', () => {
  const requested = [{ path: ['address', 'street'] }, { path: ['nations', null] }, { path: ['person'] }]
  const disclosed = [
    ['address'],
    ['address', 'street'],
    ['nations', 3],
    ['person', 'name'],
    ['address', 'city'],
    ['email'],
  ]
  expect(listOverDisclosed(requested, disclosed)).toEqual([['address', 'city'], ['email']])
})

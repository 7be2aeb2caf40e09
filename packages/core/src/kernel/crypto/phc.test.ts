import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBillfoldError } from '../errors.ts'
import {
  type ScryptCost,
  defaultScryptCost,
  formatScryptCost,
  isAllowedScryptCost,
  parseScryptCost,
} from './scrypt-cost.ts'
import { formatPhc, parsePhc } from './phc.ts'

const invalid: unknown = expect.objectContaining({ code: 'sealed.invalid' })
const anyCost: fc.Arbitrary<ScryptCost> = fc.record({
  logN: fc.integer({ min: 1, max: 20 }),
  r: fc.integer({ min: 1, max: 32 }),
  p: fc.integer({ min: 1, max: 32 }),
})
const costs = anyCost.filter(isAllowedScryptCost)
const hashes = fc.record({
  cost: costs,
  keyId: fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/),
  salt: fc.uint8Array({ minLength: 16, maxLength: 64 }),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
})
/** Parses and formats a PHC string. Returns the error code if it cannot be parsed. */
function roundTrip(text: string): string {
  try {
    return formatPhc(parsePhc(text))
  } catch (error) {
    return isBillfoldError(error) ? error.code : 'another error'
  }
}

const good = '$scrypt$ln=15,r=8,p=1,keyid=MjAyNmE$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

describe('a scrypt cost', () => {
  test('round-trips', () => {
    fc.assert(
      fc.property(costs, (cost) => {
        expect(parseScryptCost(formatScryptCost(cost))).toEqual(cost)
      }),
    )
    expect(formatScryptCost(defaultScryptCost)).toBe('ln=15,r=8,p=1')
  })

  test('is limited to 256 MiB and sixteen times the default work', () => {
    fc.assert(
      fc.property(anyCost, ({ logN, r, p }) => {
        const within = 2 ** logN * r * 128 <= 2 ** 28 && 2 ** logN * r * p <= 2 ** 22 && logN < 16 * r
        expect(isAllowedScryptCost({ logN, r, p })).toBe(within)
      }),
    )
  })

  test.each([
    '',
    'ln=15,r=8',
    'ln=15,r=8,p=1,',
    ' ln=15,r=8,p=1',
    'ln=15,r=8,p=1\n',
    'ln=015,r=8,p=1',
    'ln=+15,r=8,p=1',
    'ln=1e1,r=8,p=1',
    'ln=15.0,r=8,p=1',
    'ln=0,r=8,p=1',
    'ln=15,r=0,p=1',
    'ln=15,r=8,p=0',
    'ln=-1,r=8,p=1',
    'ln=21,r=8,p=1',
    'ln=99,r=99,p=99',
    'ln=999999999,r=8,p=1',
    'ln=16,r=1,p=1',
    'r=8,ln=15,p=1',
    'ln=١٥,r=8,p=1',
  ])('is rejected when written as %j', (text) => {
    expect(() => parseScryptCost(text)).toThrow(invalid)
  })

  test('is rejected when a number is NaN, fractional or infinite', () => {
    expect(isAllowedScryptCost({ logN: Number.NaN, r: 8, p: 1 })).toBe(false)
    expect(isAllowedScryptCost({ logN: 14.5, r: 8, p: 1 })).toBe(false)
    expect(isAllowedScryptCost({ logN: Number.POSITIVE_INFINITY, r: 8, p: 1 })).toBe(false)
  })
})

describe('a PHC string', () => {
  test('round-trips', () => {
    fc.assert(
      fc.property(hashes, (phc) => {
        const { cost, keyId, salt, hash } = parsePhc(formatPhc(phc))
        expect({ cost, keyId, salt: [...salt], hash: [...hash] }).toEqual({
          ...phc,
          salt: [...phc.salt],
          hash: [...phc.hash],
        })
      }),
    )
  })

  test('has one canonical form: a mutated string is rejected or round-trips', () => {
    const mutation = fc.tuple(hashes.map(formatPhc), fc.nat(), fc.string({ maxLength: 2 }), fc.nat({ max: 2 }))
    fc.assert(
      fc.property(mutation, ([phc, at, inserted, removed]) => {
        const index = at % phc.length
        const mutated = phc.slice(0, index) + inserted + phc.slice(index + removed)
        expect(roundTrip(mutated)).toBeOneOf([mutated, 'sealed.invalid'])
      }),
      { numRuns: 2000 },
    )
  })

  test('is rejected when it is arbitrary text', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.constantFrom('', '$scrypt$', '$scrypt$ln=15,r=8,p=1,keyid=MjAyNmE$'),
        (noise, start) => {
          expect(() => parsePhc(start + noise)).toThrow(invalid)
        },
      ),
    )
  })

  test('is parsed when it is valid', () => {
    expect(parsePhc(good)).toMatchObject({ cost: defaultScryptCost, keyId: '2026a' })
  })

  test.each([
    ['another function', good.replace('scrypt', 'argon2id')],
    ['a cost beyond the limits', good.replace('ln=15', 'ln=20')],
    ['no key id', good.replace(',keyid=MjAyNmE', '')],
    ['an invalid key id', good.replace('MjAyNmE', 'Og')],
    ['an unknown parameter', good.replace('p=1', 'p=1,x=1')],
    ['a salt of 12 bytes', good.replace('$AAAAAAAAAAAAAAAAAAAAAA$', '$AAAAAAAAAAAAAAAA$')],
    ['a hash of 33 bytes', `${good}A`],
    ['a hash of 30 bytes', good.slice(0, -3)],
    ['padding', `${good}=`],
    ['nonzero trailing bits', `${good.slice(0, -1)}B`],
    ['a trailing line feed', `${good}\n`],
    ['more than 256 characters', good.replace('$AAAA', `$${'A'.repeat(256)}`)],
  ])('is rejected with %s', (_, text) => {
    expect(() => parsePhc(text)).toThrow(invalid)
  })
})

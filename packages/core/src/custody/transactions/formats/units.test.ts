import fc from 'fast-check'
import { formatUnits as ethersFormatUnits, parseUnits as ethersParseUnits } from 'ethers'
import { describe, expect, it } from 'vitest'
import { formatUnits, parseUnits } from './units.ts'

const parse = (amount: number | string, decimals = 18): bigint => parseUnits(amount, decimals, 'value')
const refused = expect.objectContaining({ code: 'input.invalid', issues: [expect.objectContaining({ path: 'value' })] })

describe('parseUnits and formatUnits', () => {
  it('parses numbers and strings exactly', () => {
    expect(parse(0.1)).toBe(100_000_000_000_000_000n)
    expect(parse('0.1')).toBe(parse(0.1))
    expect(parse('1234567890.123456789012345678')).toBe(1234567890123456789012345678n)
    expect(parse(1e-7)).toBe(100_000_000_000n)
    expect(parse('1e-18')).toBe(1n)
    expect(parse(1e21)).toBe(10n ** 39n)
    expect(parse(0)).toBe(0n)
    expect(parse('0.00', 1)).toBe(0n)
  })

  it('rejects amounts with more decimals than the chain has', () => {
    expect(() => parse('0.0000000000000000001')).toThrow(refused)
    expect(() => parse('1.5', 0)).toThrow(refused)
    expect(parse('1.500', 1)).toBe(15n)
  })

  it('rejects numbers that JSON parsing may have rounded', () => {
    expect(() => parse(0.1234567890123456)).toThrow(refused)
    expect(parse('0.1234567890123456')).toBe(123456789012345600n)
  })

  it.each(['', '-1', '+1', '.5', '1.', '0x10', '1,5', ' 1', 'Infinity', 'NaN', '1e99', '9'.repeat(91)])(
    'rejects %j',
    (text) => {
      expect(() => parse(text)).toThrow(refused)
    },
  )

  it('takes the largest uint256 and rejects the amount above it', () => {
    const max = 2n ** 256n - 1n
    expect(parse(formatUnits(max, 18))).toBe(max)
    expect(() => parse(formatUnits(max + 1n, 18))).toThrow(refused)
    expect(() => parse('1e62')).toThrow(refused)
    expect(() => parse(1e60)).toThrow(refused)
  })

  it.each([
    ['ethers.js#277', '1e-7', 18, 100_000_000_000n],
    ['ethers.js#2016', '0.2425510', 6, 242_551n],
    ['ethers.js#2016', '2.5166590', 6, 2_516_659n],
    ['ethers.js#4037', '1231231232131231231231', 18, 1231231232131231231231n * 10n ** 18n],
    ['web3.js#1110', 0.0000001, 18, 100_000_000_000n],
    ['web3.js#1110', 0.00000000001, 18, 10_000_000n],
    ['web3.js#2077', 1e16, 0, 10n ** 16n],
    ['vechain-sdk-js#928', '0.000000000000000001', 18, 1n],
  ] as const)('parses the amount of %s: %s with %s decimals', (_report, amount, decimals, expected) => {
    expect(parse(amount, decimals)).toBe(expected)
  })

  it.each([
    ['ethers.js#4833', '0.0004985398760370963'],
    ['web3.js#7018', '0.0033086855466118933'],
    ['ethers.js#648', '0.0007000000000000001'],
  ])('rejects the amount of %s, which has a fraction of the smallest unit: %s', (_report, amount) => {
    expect(() => parse(amount)).toThrow(refused)
  })

  it('formats the amounts of ethers.js#4133 and web3.js#6882 exactly', () => {
    expect(formatUnits(2n ** 256n - 1n, 18)).toBe(ethersFormatUnits(2n ** 256n - 1n, 18))
    expect(formatUnits(10n ** 21n, 0)).toBe('1000000000000000000000')
  })

  it('parses and formats amounts like another library', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), fc.integer({ min: 0, max: 40 }), (raw, decimals) => {
        const text = ethersFormatUnits(raw, decimals)
        expect(parse(text, decimals)).toBe(raw)
        expect(parse(formatUnits(raw, decimals), decimals)).toBe(raw)
        expect(ethersParseUnits(text, decimals)).toBe(raw)
      }),
    )
  })

  it('returns a bigint or throws a BillfoldError for any input', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double()), fc.integer({ min: 0, max: 255 }), (amount, decimals) => {
        try {
          expect(parse(amount, decimals)).toBeGreaterThanOrEqual(0n)
        } catch (error) {
          expect(error).toEqual(refused)
        }
      }),
    )
  })
})

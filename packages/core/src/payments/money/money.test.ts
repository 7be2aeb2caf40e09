import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBillfoldError } from '../../kernel/errors.ts'
import { isoCurrencyDecimals } from './iso-4217.ts'
import { parseCurrency, formatMinorUnits, resolveMoneySettings, parseMinorUnits } from './money.ts'

const settings = resolveMoneySettings({ currencies: { WEI: { decimals: 18 } }, maxAmount: '999999999999' })

function parseResult(code: string, text: string): string {
  try {
    return String(parseMinorUnits(settings, parseCurrency(settings, code), text))
  } catch (error) {
    return isBillfoldError(error) ? error.code : String(error)
  }
}

describe('money amounts', () => {
  test.each([
    ['USD', '.25', '25'],
    ['USD', '0.25', '25'],
    ['USD', '50100.00', '5010000'],
    ['USD', '007', '700'],
    ['JPY', '5', '5'],
    ['KWD', '1.001', '1001'],
    ['WEI', '0.000000000000000001', '1'],
    ['WEI', '999999999999.000000000000000000', '999999999999000000000000000000'],
  ])('in %s are parsed: %s', (code, text, minor) => {
    expect(parseResult(code, text)).toBe(minor)
  })

  test.each([
    ['USD', '0.001'],
    ['JPY', '1.0'],
    ['USD', '0'],
    ['USD', '0.00'],
    ['USD', '-1'],
    ['USD', '+1'],
    ['USD', '1e3'],
    ['USD', '0x10'],
    ['USD', '1,000'],
    ['USD', '.'],
    ['USD', '1.'],
    ['USD', ''],
    ['USD', 'Infinity'],
    ['USD', '١'],
    ['USD', '1000000000000'],
    ['WEI', '999999999999.000000000000000001'],
    ['NONE', '1'],
    ['__proto__', '1'],
  ])('in %s are rejected: %s', (code, text) => {
    expect(parseResult(code, text)).toBe('amount.invalid')
  })

  test('with currency `0` are US dollars, whatever the currency of the wallets', () => {
    const euros = resolveMoneySettings({ currency: 'EUR' })
    expect(parseCurrency(euros, '0').code).toBe('USD')
    expect(parseCurrency(euros, undefined).code).toBe('EUR')
  })

  test('survive formatting and parsing in every currency', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...settings.currencies.values()),
        fc.bigInt({ min: 1n, max: 10n ** 12n - 1n }),
        (currency, amount) => {
          expect(parseMinorUnits(settings, currency, formatMinorUnits(currency, amount))).toBe(amount)
          expect(formatMinorUnits(currency, -amount)).toBe(`-${formatMinorUnits(currency, amount)}`)
        },
      ),
    )
  })

  test('support the currencies that Intl reports', () => {
    for (const code of ['USD', 'EUR', 'JPY', 'KWD', 'NGN', 'INR', 'CLF', 'BHD', 'XOF'])
      expect(isoCurrencyDecimals.has(code)).toBe(true)
    const known = new Set(Intl.supportedValuesOf('currency'))
    // Funds codes, which locale data lacks, and currencies that older locale data lacks.
    const notInLocaleData = new Set(['UYI', 'CLF', 'SLE', 'VED', 'XCG', 'ZWG', 'UYW', 'BYN', 'MRU', 'STN'])
    expect([...isoCurrencyDecimals.keys()].filter((code) => !known.has(code) && !notInLocaleData.has(code))).toEqual([])
  })
})

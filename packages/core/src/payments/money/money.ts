import { BillfoldError } from '../../kernel/errors.ts'
import { isoCurrencyDecimals } from './iso-4217.ts'

/** A currency: its code, and the number of decimals of an amount. */
export interface Currency {
  readonly code: string
  readonly decimals: number
}

/** Currencies and limits with defaults applied. */
export interface MoneySettings {
  /** Currency of every wallet. */
  readonly currency: Currency
  readonly currencies: ReadonlyMap<string, Currency>
  /** Maximum amount per operation, in whole units of the currency. */
  readonly maxAmount: string
}

/** Currency options of a host. */
export interface MoneyOptions {
  /** Code of the currency of every wallet. Default: `USD`. */
  readonly currency?: string
  /**
   * Additional currencies by code (2 to 12 letters and digits), with 0 to 18 decimals: `{ LOKCOIN: { decimals: 2 }
   * }`.
   */
  readonly currencies?: Readonly<Record<string, { readonly decimals: number }>>
  /** Maximum amount of one payment, deposit or withdrawal, as a decimal string of whole units. Default: `1000000`. */
  readonly maxAmount?: string
}

/**
 * Maximum digits before the decimal point. With 18 decimals, the 38 digits of a wide integer hold the sum of 100
 * million such amounts.
 */
const maxWholeDigits = 12

/**
 * Applies the defaults to the currency options.
 * @throws RangeError for an invalid option
 */
export function resolveMoneySettings(options: MoneyOptions = {}): MoneySettings {
  const currencies = new Map<string, Currency>()
  for (const [code, decimals] of isoCurrencyDecimals) currencies.set(code, { code, decimals })
  for (const [code, { decimals }] of Object.entries(options.currencies ?? {})) {
    if (!/^[A-Z0-9]{2,12}$/.test(code))
      throw new RangeError(`payments.currencies: invalid code ${code}, must be 2 to 12 upper-case letters and digits`)
    if (!Number.isInteger(decimals) || decimals < 0 || decimals > 18)
      throw new RangeError(`payments.currencies.${code}.decimals must be an integer from 0 to 18, got ${decimals}`)
    currencies.set(code, { code, decimals })
  }
  const currency = currencies.get(options.currency ?? 'USD')
  if (currency === undefined) throw new RangeError(`payments.currency: unknown currency code ${options.currency}`)
  const maxAmount = options.maxAmount ?? '1000000'
  if (!/^\d{1,12}$/.test(maxAmount))
    throw new RangeError(`payments.maxAmount must be a string of 1 to 12 digits, got ${maxAmount}`)
  return { currency, currencies, maxAmount }
}

/**
 * Parses a currency code, in any case. Without a code it is the wallets' currency. `0` (as in the API document) and
 * `$` mean USD.
 * @throws BillfoldError `amount.invalid`
 */
export function parseCurrency(settings: MoneySettings, name: string | undefined): Currency {
  if (name === undefined || name === '') return settings.currency
  const currency = settings.currencies.get(name === '$' || name === '0' ? 'USD' : name.toUpperCase())
  if (currency === undefined) throw amountInvalid('Unknown currency')
  return currency
}

/**
 * Parses a decimal string into minor units: digits, with at most as many decimals as the currency has.
 * @throws BillfoldError `amount.invalid` for anything else, for zero, and above the maximum
 */
export function parseMinorUnits(settings: MoneySettings, currency: Currency, text: string): bigint {
  const [, whole, fraction = ''] = /^(\d{0,64})(?:\.(\d{1,64}))?$/.exec(text.trim()) ?? []
  if (whole === undefined || whole + fraction === '') throw amountInvalid('The amount is not a decimal number')
  if (fraction.length > currency.decimals) throw amountInvalid(`The amount has more than ${currency.decimals} decimals`)
  const digits = whole.replace(/^0+/, '')
  if (digits.length > maxWholeDigits) throw amountInvalid('The amount is too large')
  const amount = BigInt(digits + fraction.padEnd(currency.decimals, '0') || '0')
  if (amount === 0n) throw amountInvalid('The amount is zero')
  if (amount > BigInt(settings.maxAmount) * 10n ** BigInt(currency.decimals))
    throw amountInvalid('The amount is too large')
  return amount
}

/** Formats minor units as a decimal string with all decimals of the currency: `0.25`. */
export function formatMinorUnits(currency: Currency, amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(currency.decimals + 1, '0')
  const point = digits.length - currency.decimals
  const sign = amount < 0n ? '-' : ''
  return currency.decimals === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

function amountInvalid(message: string): BillfoldError {
  return new BillfoldError('amount.invalid', { message })
}

import { BillfoldError } from '../errors.ts'
import { isoDecimals } from './iso-4217.ts'

/** A currency: its code, and how many decimals an amount of it has. */
export interface Currency {
  readonly code: string
  readonly decimals: number
}

/** What amounts are allowed. */
export interface MoneySettings {
  /** The currency of a wallet: `USD`. */
  readonly currency: Currency
  readonly currencies: ReadonlyMap<string, Currency>
  /** The least and the most that moves at once, in whole units of a currency. */
  readonly most: string
}

/** What a host decides about currencies. */
export interface MoneyOptions {
  /** The currency of every wallet, by its code: `USD`. */
  readonly currency?: string
  /** Further currencies by code (2 to 12 letters and digits), with 0 to 18 decimals: `{ LOKCOIN: { decimals: 2 } }`. */
  readonly currencies?: Readonly<Record<string, { readonly decimals: number }>>
  /** The most that one payment, deposit or withdrawal moves, as a decimal string of whole units: `1000000`. */
  readonly mostAmount?: string
}

/** Most digits before the decimal point: with 18 decimals, 38 digits hold the sum of a hundred million such amounts. */
const mostWholeDigits = 12

/** @throws RangeError for options that make no sense */
export function moneySettings(options: MoneyOptions = {}): MoneySettings {
  const currencies = new Map<string, Currency>()
  for (const [code, decimals] of isoDecimals) currencies.set(code, { code, decimals })
  for (const [code, { decimals }] of Object.entries(options.currencies ?? {})) {
    if (!/^[A-Z0-9]{2,12}$/.test(code)) throw new RangeError(`${code} is no code of a currency`)
    if (!Number.isInteger(decimals) || decimals < 0 || decimals > 18)
      throw new RangeError('A currency has 0 to 18 decimals')
    currencies.set(code, { code, decimals })
  }
  const currency = currencies.get(options.currency ?? 'USD')
  if (currency === undefined) throw new RangeError(`${options.currency} is not a currency`)
  const most = options.mostAmount ?? '1000000'
  if (!/^\d{1,12}$/.test(most)) throw new RangeError('mostAmount is 1 to 12 digits')
  return { currency, currencies, most }
}

/**
 * The currency that a caller names: a code in any case; none is that of wallets, and `0`, as documented, and `$` are USD.
 * @throws BillfoldError `amount.invalid`
 */
export function currencyNamed(settings: MoneySettings, name: string | undefined): Currency {
  if (name === undefined || name === '') return settings.currency
  const currency = settings.currencies.get(name === '$' || name === '0' ? 'USD' : name.toUpperCase())
  if (currency === undefined) throw amountInvalid('The currency is not one that is known')
  return currency
}

/**
 * An amount in minor units from a decimal string: digits, and at most as many decimals as the currency has.
 * @throws BillfoldError `amount.invalid` for anything else, zero, and more than is allowed
 */
export function parseAmount(settings: MoneySettings, currency: Currency, text: string): bigint {
  const [, whole, fraction = ''] = /^(\d{0,64})(?:\.(\d{1,64}))?$/.exec(text.trim()) ?? []
  if (whole === undefined || whole + fraction === '') throw amountInvalid('The amount is not a decimal number')
  if (fraction.length > currency.decimals) throw amountInvalid(`The amount has more than ${currency.decimals} decimals`)
  const digits = whole.replace(/^0+/, '')
  if (digits.length > mostWholeDigits) throw amountInvalid('The amount is too large')
  const amount = BigInt(digits + fraction.padEnd(currency.decimals, '0') || '0')
  if (amount === 0n) throw amountInvalid('The amount is zero')
  if (amount > BigInt(settings.most) * 10n ** BigInt(currency.decimals)) throw amountInvalid('The amount is too large')
  return amount
}

/** An amount in minor units as a decimal string, with all decimals of the currency: `0.25`. */
export function formatAmount(currency: Currency, amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(currency.decimals + 1, '0')
  const point = digits.length - currency.decimals
  const sign = amount < 0n ? '-' : ''
  return currency.decimals === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

function amountInvalid(message: string): BillfoldError {
  return new BillfoldError('amount.invalid', { message })
}

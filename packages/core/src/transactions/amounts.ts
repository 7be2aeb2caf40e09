import { BillfoldError } from '../errors.ts'

/** Digits that a number in JSON can have and be kept exactly. */
const exactDigits = 15

/** The largest power of ten in an amount: longer ones are no amounts, only long. */
const largestExponent = 80

/**
 * An amount in whole units as an integer of the smallest ones, exactly: `1.5` with 18 decimals is 1500000000000000000n. A
 * number that JSON may have rounded is refused; a string has no such limit.
 * @throws BillfoldError `input.invalid` naming the field, for anything that is no amount, is negative, or has more decimals
 */
export function parseAmount(amount: number | string, decimals: number, field: string): bigint {
  const parts = /^([0-9]{1,90})(?:\.([0-9]{1,90}))?(?:[eE]([+-]?[0-9]{1,2}))?$/.exec(String(amount))
  if (parts === null) throw notAnAmount(field, 'is not an amount in whole units')
  const [, whole = '', fraction = '', power = '0'] = parts
  const digits = (whole + fraction).replace(/^0+/, '')
  if (typeof amount === 'number' && digits.replace(/0+$/, '').length > exactDigits)
    throw notAnAmount(field, 'has more digits than a JSON number keeps; send it as a string')
  const exponent = Number(power) - fraction.length + decimals
  if (exponent > largestExponent) throw notAnAmount(field, 'is too large')
  if (exponent >= 0) return BigInt(digits === '' ? 0 : digits) * 10n ** BigInt(exponent)
  const [kept, dropped] = [digits.slice(0, exponent), digits.slice(exponent)]
  if (/[1-9]/.test(dropped)) throw notAnAmount(field, `has more than ${decimals} decimals`)
  return BigInt(kept === '' ? 0 : kept)
}

/** An amount of smallest units in whole ones, exactly: no exponent, no zeros behind. */
export function formatAmount(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, '0')
  const [whole, fraction] = [digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals)]
  const kept = fraction.replace(/0+$/, '')
  return kept === '' ? whole : `${whole}.${kept}`
}

function notAnAmount(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path: field, message }] })
}

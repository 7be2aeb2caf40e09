import { BillfoldError } from '../../../kernel/errors.ts'

/** The number of significant digits that a JSON number represents exactly. */
const exactDigits = 15

/** The maximum power of ten of a parsed amount, which bounds the work of parsing it. */
const maxExponent = 80

/** The maximum amount: what a `uint256` holds, the largest integer of any supported chain. */
const maxAmount = 2n ** 256n - 1n

/**
 * Parses an amount in whole units into an integer of minor units, exactly: `1.5` with 18 decimals is 1500000000000000000n.
 * Numbers that JSON parsing may have rounded are rejected; strings have no such limit.
 * @param field the path that error issues name
 * @throws BillfoldError `input.invalid` if the amount is malformed, negative, too large or has too many decimals
 */
export function parseUnits(amount: number | string, decimals: number, field: string): bigint {
  const parts = /^([0-9]{1,90})(?:\.([0-9]{1,90}))?(?:[eE]([+-]?[0-9]{1,2}))?$/.exec(String(amount))
  if (parts === null) throw invalidAmount(field, 'is not an amount in whole units')
  const [, whole = '', fraction = '', power = '0'] = parts
  const digits = (whole + fraction).replace(/^0+/, '')
  if (typeof amount === 'number' && digits.replace(/0+$/, '').length > exactDigits)
    throw invalidAmount(field, 'has more digits than a JSON number represents exactly; send it as a string')
  const exponent = Number(power) - fraction.length + decimals
  if (exponent > maxExponent) throw invalidAmount(field, 'is too large')
  const result = exponent >= 0 ? BigInt(digits || 0) * 10n ** BigInt(exponent) : dropZeros(digits, -exponent)
  if (result === undefined) throw invalidAmount(field, `has more than ${decimals} decimals`)
  if (result > maxAmount) throw invalidAmount(field, 'is too large')
  return result
}

/** Drops digits from the end. Returns undefined if one of them is not zero. */
function dropZeros(digits: string, count: number): bigint | undefined {
  return /[1-9]/.test(digits.slice(-count)) ? undefined : BigInt(digits.slice(0, -count) || 0)
}

/** Formats an amount of minor units in whole units, exactly, without an exponent or trailing zeros. */
export function formatUnits(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, '0')
  const [whole, fraction] = [digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals)]
  const decimalPart = fraction.replace(/0+$/, '')
  return decimalPart === '' ? whole : `${whole}.${decimalPart}`
}

function invalidAmount(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path: field, message }] })
}

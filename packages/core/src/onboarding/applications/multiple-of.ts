/**
 * Returns true if `value` is an integer multiple of `divisor`, both taken as the decimal numbers that JSON shows
 * (JSON Schema validation, section 6.2.1). Binary remainders are wrong for decimals: `19.99 % 0.01` is not 0.
 *
 * @param value a finite number
 * @param divisor a finite number above 0
 */
export function isMultipleOf(value: number, divisor: number): boolean {
  const [left, right] = [toDecimal(value), toDecimal(divisor)]
  const exponent = Math.min(left.exponent, right.exponent)
  // A quotient of two doubles has at most some 620 digits, so the powers are bounded.
  return scale(left, exponent) % scale(right, exponent) === 0n
}

interface Decimal {
  readonly digits: bigint
  readonly exponent: number
}

function toDecimal(number: number): Decimal {
  const [coefficient = '0', power = '0'] = number.toString().split('e')
  const [integer = '0', fraction = ''] = coefficient.split('.')
  return { digits: BigInt(integer + fraction), exponent: Number(power) - fraction.length }
}

function scale({ digits, exponent }: Decimal, target: number): bigint {
  return digits * 10n ** BigInt(exponent - target)
}

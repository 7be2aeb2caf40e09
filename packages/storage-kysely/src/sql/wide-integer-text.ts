/** Added to a wide integer before it is written as text on SQLite, so that no text has a sign and text order is numeric order. */
const shift = 10n ** 38n
const digits = 39

/** The base of the limbs that sums are computed in: two limbs and a carry fit SQLite's 64-bit integers. */
const limb = 10n ** 18n

/** Converts a wide integer to the text stored on SQLite: 39 digits of the number plus 10^38. */
export function toWideIntegerText(value: bigint): string {
  return String(value + shift).padStart(digits, '0')
}

/** Parses the text stored on SQLite. Returns undefined if it is malformed. */
export function parseWideIntegerText(text: string): bigint | undefined {
  return /^[01]\d{38}$/.test(text) ? BigInt(text) - shift : undefined
}

/**
 * Returns the SQL expression that adds to a wide integer stored as text: by limbs of 18 digits with carry. A sum out of range
 * violates the column's check constraint. Its parameters come from {@link wideIntegerSumParameters}.
 */
export function wideIntegerSumSql(column: string): string {
  const cell = (from: number, length: number): string => `cast(substr(${column}, ${from}, ${length}) as integer)`
  const low = `(${cell(22, 18)} + ?)`
  const middle = `(${cell(4, 18)} + ? + ${low} / ${limb})`
  const high = `(${cell(1, 3)} + ? + ${middle} / ${limb})`
  return `printf('%03d%018d%018d', ${high}, ${middle} % ${limb}, ${low} % ${limb})`
}

/** Returns the limbs of the summand, in the order of the placeholders of {@link wideIntegerSumSql}. */
export function wideIntegerSumParameters(by: bigint): readonly bigint[] {
  const low = modulo(by)
  const rest = (by - low) / limb
  const middle = modulo(rest)
  const high = (rest - middle) / limb
  return [high, middle, low, middle, low, low]
}

function modulo(value: bigint): bigint {
  return ((value % limb) + limb) % limb
}

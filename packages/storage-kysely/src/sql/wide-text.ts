/** What is added to a wide integer before it is written as text on SQLite: then no text has a sign, and all are ordered as the numbers are. */
const shift = 10n ** 38n
const digits = 39

/** The digits of SQLite's 64-bit integers that sums are made in: two of them and a carry fit. */
const limb = 10n ** 18n

/** A wide integer as the text that SQLite keeps: 39 digits, the number and 10^38. */
export function wideText(value: bigint): string {
  return String(value + shift).padStart(digits, '0')
}

/** The wide integer that such a text is; undefined when it is none. */
export function wideIntegerOf(text: string): bigint | undefined {
  return /^[01]\d{38}$/.test(text) ? BigInt(text) - shift : undefined
}

/**
 * SQL that adds to such a text: by limbs of 18 digits, each with the carry of the one below. A sum out of range breaks the
 * column's check. The parameters are those of {@link wideSumParameters}.
 */
export function wideSumSql(column: string): string {
  const cell = (from: number, length: number): string => `cast(substr(${column}, ${from}, ${length}) as integer)`
  const low = `(${cell(22, 18)} + ?)`
  const middle = `(${cell(4, 18)} + ? + ${low} / ${limb})`
  const high = `(${cell(1, 3)} + ? + ${middle} / ${limb})`
  return `printf('%03d%018d%018d', ${high}, ${middle} % ${limb}, ${low} % ${limb})`
}

/** The limbs of what is added, in the order in which {@link wideSumSql} has them. */
export function wideSumParameters(by: bigint): readonly bigint[] {
  const low = modulo(by)
  const rest = (by - low) / limb
  const middle = modulo(rest)
  const high = (rest - middle) / limb
  return [high, middle, low, middle, low, low]
}

function modulo(value: bigint): bigint {
  return ((value % limb) + limb) % limb
}

const unfit = /[\0\p{Surrogate}]/u

/**
 * Whether a text can be kept and encoded as it is: well-formed Unicode (no half of a surrogate pair), and without U+0000,
 * which PostgreSQL cannot keep.
 */
export function isPlainText(value: string): boolean {
  return !unfit.test(value)
}

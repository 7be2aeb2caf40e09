import { CborTag, cborTags } from '../cbor/cbor-value.ts'

/**
 * A date without time, for an element of an mdoc (RFC 8943): `fullDate('1990-01-31')`.
 * @throws RangeError
 */
export function fullDate(text: string): CborTag {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text))
    throw new RangeError(`a full date is YYYY-MM-DD, got ${text.length} characters`)
  return new CborTag(cborTags.fullDate, text)
}

/** A date and time in seconds, as ISO/IEC 18013-5 section 9.1.2.4 wants it: without fractions, in UTC. */
export function toDateTime(milliseconds: number): CborTag {
  return new CborTag(cborTags.dateTime, new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z'))
}

import { cborEncode } from '@owf/mdoc'

/** Encodes with the other library, as hexadecimal. */
export function encodeCbor(value: unknown): string {
  return Buffer.from(cborEncode(value)).toString('hex')
}

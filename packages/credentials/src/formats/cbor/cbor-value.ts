/** A decoded CBOR item (RFC 8949), as far as COSE and mdoc need it. */
export type CborValue =
  | number
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | CborTag
  | readonly CborValue[]
  | CborMap

/** A map. Keys are text or integers. */
export type CborMap = ReadonlyMap<string | number, CborValue>

/** A tagged item. What was decoded keeps its bytes, since digests and signatures are over the bytes as they came. */
export class CborTag {
  readonly tag: number
  readonly value: CborValue
  /** The item with its tag, as it was received; undefined for an item that is still to be encoded. */
  readonly encoded: Uint8Array | undefined

  constructor(tag: number, value: CborValue, encoded?: Uint8Array) {
    this.tag = tag
    this.value = value
    this.encoded = encoded
  }
}

/** The tags that mdoc uses: date and time, embedded CBOR (RFC 8949 section 3.4), and full date (RFC 8943). */
export const cborTags = { dateTime: 0, embedded: 24, fullDate: 1004 } as const

/** Thrown for bytes that are not one well-formed item within the limits, or not of the expected type. */
export class CborError extends Error {
  override readonly name = 'CborError'
}

import { CborTag, cborTags, type CborValue } from './cbor-value.ts'

/** Encodes an item in the shortest form, with definite lengths (RFC 8949 section 4.1). Maps are written in their order. */
export function encodeCbor(value: CborValue): Buffer {
  if (value === null) return Buffer.of(0xf6)
  if (value === undefined) return Buffer.of(0xf7)
  if (typeof value === 'boolean') return Buffer.of(value ? 0xf5 : 0xf4)
  if (typeof value === 'number') return encodeNumber(value)
  if (typeof value === 'string') return withHead(3, Buffer.from(value, 'utf8'))
  if (value instanceof Uint8Array) return withHead(2, value)
  if (value instanceof CborTag)
    return value.encoded === undefined
      ? Buffer.concat([encodeHead(6, value.tag), encodeCbor(value.value)])
      : Buffer.from(value.encoded)
  if (isMap(value)) {
    const entries = [...value].flatMap(([key, item]) => [encodeCbor(key), encodeCbor(item)])
    return Buffer.concat([encodeHead(5, value.size), ...entries])
  }
  return Buffer.concat([encodeHead(4, value.length), ...value.map(encodeCbor)])
}

/** Wraps an item as embedded CBOR: tag 24 over its bytes. */
export function embedCbor(value: CborValue): CborTag {
  return new CborTag(cborTags.embedded, encodeCbor(value))
}

function isMap(
  value: readonly CborValue[] | ReadonlyMap<string | number, CborValue>,
): value is ReadonlyMap<string | number, CborValue> {
  return value instanceof Map
}

function withHead(major: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([encodeHead(major, bytes.length), bytes])
}

function encodeNumber(value: number): Buffer {
  if (Number.isSafeInteger(value)) return value >= 0 ? encodeHead(0, value) : encodeHead(1, -1 - value)
  const bytes = Buffer.alloc(9)
  bytes[0] = 0xfb
  bytes.writeDoubleBE(value, 1)
  return bytes
}

/** The initial byte and its argument (RFC 8949 section 3). */
function encodeHead(major: number, argument: number): Buffer {
  const high = major << 5
  if (argument < 24) return Buffer.of(high | argument)
  if (argument <= 0xff) return Buffer.of(high | 24, argument)
  const size = argument <= 0xffff ? 2 : argument <= 0xffff_ffff ? 4 : 8
  const bytes = Buffer.alloc(1 + size)
  bytes[0] = high | (size === 2 ? 25 : size === 4 ? 26 : 27)
  if (size === 8) bytes.writeBigUInt64BE(BigInt(argument), 1)
  else bytes.writeUIntBE(argument, 1, size)
  return bytes
}

import { CborError, type CborMap, CborTag, cborTags, type CborValue } from './cbor-value.ts'
import { decodeCbor } from './decode-cbor.ts'

/** Returns the item as a map. @throws CborError */
export function toCborMap(value: CborValue): CborMap {
  if (value instanceof Map) return value
  throw new CborError('a map is expected')
}

/** Returns the item as an array. @throws CborError */
export function toCborArray(value: CborValue): readonly CborValue[] {
  if (isArray(value)) return value
  throw new CborError('an array is expected')
}

/** Returns the item as bytes. @throws CborError */
export function toCborBytes(value: CborValue): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new CborError('bytes are expected')
}

/** Returns the item as text. @throws CborError */
export function toCborText(value: CborValue): string {
  if (typeof value === 'string') return value
  throw new CborError('text is expected')
}

/** Returns the item as a non-negative integer. @throws CborError */
export function toCborUnsigned(value: CborValue): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new CborError('a non-negative integer is expected')
}

/** Returns the item as embedded CBOR, tag 24 over bytes. @throws CborError */
export function toEmbeddedCbor(value: CborValue): { readonly item: CborTag; readonly content: Uint8Array } {
  if (value instanceof CborTag && value.tag === cborTags.embedded)
    return { item: value, content: toCborBytes(value.value) }
  throw new CborError('embedded CBOR is expected')
}

/** Decodes embedded CBOR. @throws CborError */
export function decodeEmbedded(value: CborValue): CborValue {
  return decodeCbor(toEmbeddedCbor(value).content)
}

/** Returns a date and time (tag 0) in epoch milliseconds. @throws CborError */
export function toCborTime(value: CborValue): number {
  if (value instanceof CborTag && value.tag === cborTags.dateTime && typeof value.value === 'string') {
    const time = /^\d{4}-\d{2}-\d{2}T/.test(value.value) ? Date.parse(value.value) : Number.NaN
    if (!Number.isNaN(time)) return time
  }
  throw new CborError('a date and time is expected')
}

/** Returns the item in plain values: maps as objects, dates as text, bytes as Uint8Array. */
export function toPlainValue(value: CborValue): unknown {
  if (value instanceof CborTag) return toPlainValue(value.value)
  if (value instanceof Map) {
    const entries: readonly (readonly [string | number, CborValue])[] = [...value]
    return Object.fromEntries(entries.map(([key, item]) => [String(key), toPlainValue(item)]))
  }
  if (isArray(value)) return value.map(toPlainValue)
  return value
}

function isArray(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value)
}

import { isUtf8 } from 'node:buffer'

/** A JSON object, not validated. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Returns true for an object that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Parses UTF-8 JSON. Returns undefined for anything else than one object. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = isUtf8(bytes) ? JSON.parse(toText(bytes)) : undefined
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Converts a claim to JSON: bytes, such as portraits in an mdoc, become base64url. */
export function toJsonValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url')
  if (Array.isArray(value)) return value.map(toJsonValue)
  if (isJsonObject(value)) return toJsonClaims(value)
  return value === undefined ? null : value
}

/** Converts claims to JSON, as {@link toJsonValue} does. */
export function toJsonClaims(claims: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, toJsonValue(value)]))
}

function toText({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString()
}

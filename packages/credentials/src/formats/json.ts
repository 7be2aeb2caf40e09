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

function toText({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString()
}

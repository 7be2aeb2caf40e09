import { AuthenticationClientError } from './client-error.ts'

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Returns true if a value is a JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Asserts that a reply is a JSON object. @throws AuthenticationClientError */
export function toJsonObject(body: unknown): JsonObject {
  if (!isJsonObject(body)) throw new AuthenticationClientError(200, 'The server did not send a JSON object')
  return body
}

/** Returns an object field of a reply. @throws AuthenticationClientError */
export function getJsonObject(body: unknown, field: string): JsonObject {
  return toJsonObject(toJsonObject(body)[field])
}

/** Returns a string field of a reply. @throws AuthenticationClientError */
export function getString(body: unknown, field: string): string {
  const value = isJsonObject(body) ? body[field] : undefined
  if (typeof value !== 'string')
    throw new AuthenticationClientError(200, `The reply of the server has no valid ${field}`)
  return value
}

/** Returns a field of a reply that is a list of objects. @throws AuthenticationClientError */
export function getJsonObjects(body: unknown, field: string): readonly JsonObject[] {
  const value = isJsonObject(body) ? body[field] : undefined
  if (!Array.isArray(value)) throw new AuthenticationClientError(200, `The reply of the server has no valid ${field}`)
  return value.map(toJsonObject)
}

import { AuthenticationClientError } from './client-error.ts'

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>

/** Returns true if a value is a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Asserts that a reply is a JSON object. @throws AuthenticationClientError */
export function fieldsOf(body: unknown): Fields {
  if (!isFields(body)) throw new AuthenticationClientError(200, 'The server did not send a JSON object')
  return body
}

/** Returns an object field of a reply. @throws AuthenticationClientError */
export function fieldsIn(body: unknown, field: string): Fields {
  return fieldsOf(fieldsOf(body)[field])
}

/** Returns a string field of a reply. @throws AuthenticationClientError */
export function textIn(body: unknown, field: string): string {
  const value = isFields(body) ? body[field] : undefined
  if (typeof value !== 'string')
    throw new AuthenticationClientError(200, `The reply of the server has no valid ${field}`)
  return value
}

/** Returns a field of a reply that is a list of objects. @throws AuthenticationClientError */
export function listIn(body: unknown, field: string): readonly Fields[] {
  const value = isFields(body) ? body[field] : undefined
  if (!Array.isArray(value)) throw new AuthenticationClientError(200, `The reply of the server has no valid ${field}`)
  return value.map(fieldsOf)
}

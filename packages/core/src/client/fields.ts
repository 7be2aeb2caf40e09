import { AuthenticationClientError } from './client-error.ts'

/** An object as JSON has them. */
export type Fields = Readonly<Record<string, unknown>>

/** Whether a value has fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The fields of a reply. @throws AuthenticationClientError */
export function fieldsOf(body: unknown): Fields {
  if (!isFields(body)) throw new AuthenticationClientError(200, 'The server sent something else than an object')
  return body
}

/** The fields of what stands in a field of a reply. @throws AuthenticationClientError */
export function fieldsIn(body: unknown, field: string): Fields {
  return fieldsOf(fieldsOf(body)[field])
}

/** A field of a reply that is text. @throws AuthenticationClientError */
export function textIn(body: unknown, field: string): string {
  const value = isFields(body) ? body[field] : undefined
  if (typeof value !== 'string') throw new AuthenticationClientError(200, `The server sent no ${field}`)
  return value
}

/** A field of a reply that is a list of objects. @throws AuthenticationClientError */
export function listIn(body: unknown, field: string): readonly Fields[] {
  const value = isFields(body) ? body[field] : undefined
  if (!Array.isArray(value)) throw new AuthenticationClientError(200, `The server sent no ${field}`)
  return value.map(fieldsOf)
}

import { z } from 'zod'
import type { IncomingRequest } from '../../http/index.ts'
import { callerKeyIn } from './caller-key-header.ts'
import type { EndpointFields } from './fields.ts'

const bodyShape = z.record(z.string(), z.unknown())

/** A longer value is not read ahead: no field that identifies something is longer. */
const maxLength = 320

/**
 * Reads fields from a body that is not validated yet, in order to read ahead.
 * @returns undefined if the caller encrypts fields, or one of them is no text of a reasonable length
 */
export function plainFieldsOf<K extends string>(
  { headers }: Pick<IncomingRequest, 'headers'>,
  body: unknown,
  names: readonly K[],
): EndpointFields<K> | undefined {
  const parsed = bodyShape.safeParse(body)
  if (!parsed.success || callerKeyIn(headers) !== undefined) return undefined
  const fields: Partial<Record<K, string>> = {}
  for (const name of names) {
    const value = parsed.data[name]
    if (value === undefined || value === null || value === '') continue
    if (typeof value !== 'string' && typeof value !== 'number') return undefined
    const text = String(value)
    if (text.length > maxLength || /[\0\p{Surrogate}]/u.test(text)) return undefined
    fields[name] = text
  }
  return fields
}

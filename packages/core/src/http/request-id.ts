import { newId } from '../ids.ts'
import type { IncomingRequest } from './exchange.ts'
import { limits } from './limits.ts'

const wellFormed = new RegExp(`^[A-Za-z0-9._:/+=@-]{1,${limits.requestIdLength}}$`)

/** Returns the `x-request-id` of a request if it is well-formed, otherwise a new id. */
export function requestIdOf(headers: IncomingRequest['headers']): string {
  const header = headers['x-request-id']
  return typeof header === 'string' && wellFormed.test(header) ? header : newId()
}

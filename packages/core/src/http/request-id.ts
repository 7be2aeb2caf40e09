import { newId } from '../kernel/ids.ts'
import type { IncomingRequest } from './request-response.ts'
import { requestLimits } from './request-limits.ts'

const wellFormed = new RegExp(`^[A-Za-z0-9._:/+=@-]{1,${requestLimits.maxRequestIdLength}}$`)

/** Returns the `x-request-id` of a request if it is well-formed, otherwise a new id. */
export function resolveRequestId(headers: IncomingRequest['headers']): string {
  const header = headers['x-request-id']
  return typeof header === 'string' && wellFormed.test(header) ? header : newId()
}

import { newId } from '../ids.ts'
import type { IncomingRequest } from './exchange.ts'
import { limits } from './limits.ts'

const wellFormed = new RegExp(`^[A-Za-z0-9._:/+=@-]{1,${limits.requestIdLength}}$`)

/** The request id that the host or the caller gave, if it is well-formed, else a new one. */
export function requestIdOf(headers: IncomingRequest['headers']): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && wellFormed.test(given) ? given : newId()
}

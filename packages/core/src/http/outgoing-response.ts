import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { BillfoldError } from '../kernel/errors.ts'
import type { OutgoingResponse, Reply } from './request-response.ts'
import { defaultRetryAfterSeconds } from './request-limits.ts'

type Headers = Record<string, string | readonly string[]>

/**
 * Converts a reply to the response that an adapter writes.
 * @throws Error if the reply is invalid: status out of range, invalid header, or a body that cannot be serialized as JSON
 */
export function toOutgoingResponse(reply: Reply, requestId: string): OutgoingResponse {
  if (!Number.isInteger(reply.status) || reply.status < 200 || reply.status > 599) {
    throw new RangeError(`Invalid reply status: ${reply.status}`)
  }
  const headers: Headers = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  }
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers[validatedName(name, value)] = value
  const { body } = reply
  if (body === undefined || reply.status === 204 || reply.status === 304) {
    return { status: reply.status, headers, body: undefined }
  }
  if (headers['content-type'] !== undefined && isWritable(body)) return { status: reply.status, headers, body }
  headers['content-type'] ??= 'application/json; charset=utf-8'
  return { status: reply.status, headers, body: toJson(body) }
}

/** Returns the headers of an error, which do not depend on the format of the API. */
export function errorHeaders(error: BillfoldError, status: number): Record<string, string> {
  const headers: Record<string, string> = {}
  if (status === 429 || status === 503 || error.retryAfterSeconds !== undefined)
    headers['retry-after'] = String(error.retryAfterSeconds ?? defaultRetryAfterSeconds)
  if (error.allow !== undefined) headers['allow'] = error.allow.join(', ')
  // Do not wait for the rest of the slow body.
  if (error.code === 'body.too-slow') headers['connection'] = 'close'
  return headers
}

function validatedName(name: string, value: string | readonly string[]): string {
  validateHeaderName(name)
  for (const one of typeof value === 'string' ? [value] : value) validateHeaderValue(name, one)
  return name.toLowerCase()
}

function isWritable(body: unknown): body is string | Uint8Array | AsyncIterable<Uint8Array> {
  if (typeof body === 'string' || body instanceof Uint8Array) return true
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

function toJson(body: unknown): string {
  const json: string | undefined = JSON.stringify(body)
  if (json === undefined) throw new TypeError('The reply body cannot be serialized as JSON')
  return json
}

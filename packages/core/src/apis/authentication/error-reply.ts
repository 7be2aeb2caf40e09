import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import type { BillfoldError } from '../../errors.ts'
import type { Reply } from '../../http/index.ts'

/** What stands in every refusal. */
export const failureBody = z.object({ statusCode: z.number(), error: z.string(), message: z.string() })

/** The statuses that this API's document does not know, and what it would answer, unless to an Idempotency-Key, which it does not know either. */
const statuses: Readonly<Record<number, number>> = { 409: 400, 415: 400, 422: 400 }

/** `{statusCode, error, message}`; the message of a 400 names the fields that are wrong, that of a 500 the request. */
export function failure(error: BillfoldError, requestId: string): Reply {
  const status = statusOf(error)
  const body = { statusCode: status, error: STATUS_CODES[status] ?? 'Error', message: messageOf(error, requestId) }
  return { status, body }
}

function statusOf({ code, status }: BillfoldError): number {
  if (code === 'request.replayed') return 401
  return code.startsWith('idempotency-key.') ? status : (statuses[status] ?? status)
}

function messageOf(error: BillfoldError, requestId: string): string {
  if (error.status === 500) return `Something went wrong (request ${requestId})`
  if (error.issues.length === 0) return error.message
  return error.issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
}

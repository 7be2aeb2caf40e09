import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import type { BillfoldError } from '../../kernel/errors.ts'
import type { Reply } from '../../http/index.ts'

/** The body of every error reply. */
export const authenticationErrorBody = z.object({ statusCode: z.number(), error: z.string(), message: z.string() })

/** Statuses that the API document does not define, and their replacements. Errors of an Idempotency-Key, which it does not define either, keep their own. */
const statusOverrides: Readonly<Record<number, number>> = { 409: 400, 415: 400, 422: 400 }

/** Builds `{statusCode, error, message}`. The message of a 400 names the invalid fields, that of a 500 the request id. */
export function authenticationErrorReply(error: BillfoldError, requestId: string): Reply {
  const status = toStatus(error)
  const body = { statusCode: status, error: STATUS_CODES[status] ?? 'Error', message: toMessage(error, requestId) }
  return { status, body }
}

function toStatus({ code, status }: BillfoldError): number {
  if (code === 'request.replayed') return 401
  return code.startsWith('idempotency-key.') ? status : (statusOverrides[status] ?? status)
}

function toMessage(error: BillfoldError, requestId: string): string {
  if (error.status === 500) return `Something went wrong (request ${requestId})`
  if (error.issues.length === 0) return error.message
  return error.issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
}

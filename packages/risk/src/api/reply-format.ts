import type { BillfoldError } from '@billfold/core'
import type { Reply } from '@billfold/core/http'
import { z } from 'zod'

/** Schema of every reply, as in the payments API. */
export const riskReply = z.object({
  message: z.string(),
  response_code: z.enum(['0', '1']).describe('0: success, 1: failure'),
  data: z.unknown(),
})

/** A reply for success. */
export function success(message: string, data: unknown = ''): Reply {
  const parsed: unknown = JSON.parse(JSON.stringify(data, bigintAsText))
  return { status: 200, body: { message, response_code: '0', data: parsed } }
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

/** A reply for an error, with its own status. */
export function failure(error: BillfoldError, requestId: string): Reply {
  const [issue] = error.issues
  const message =
    error.status === 500
      ? `Something went wrong (request ${requestId})`
      : issue === undefined
        ? error.message
        : `Invalid Data: ${issue.path}: ${issue.message}`
  return { status: error.status, body: { message, response_code: '1', data: '' } }
}

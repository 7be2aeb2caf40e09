import { z } from 'zod'
import type { BillfoldError } from '../../kernel/errors.ts'
import type { Reply } from '../../http/index.ts'

/** Schema of every reply. */
export const paymentsResponse = z.object({
  message: z.string(),
  response_code: z.enum(['0', '1']).describe('0: success, 1: failure'),
  data: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]),
})

/** Result of an endpoint's handler. */
export interface EndpointResult {
  readonly message: string
  readonly data?: unknown
}

/** Format of `data` in replies: a string that contains JSON, or the object itself. Empty string if there is no data. */
export type DataFormat = 'text' | 'object'

/** Reply for success. */
export function successReply({ message, data }: EndpointResult, form: DataFormat): Reply {
  return { status: 200, body: { message, response_code: '0', data: formatData(data, form) } }
}

/** Reply for a failure that the API document describes: HTTP 200 with response code 1. */
export function documentedFailure(message: string, data = ''): Reply {
  return { status: 200, body: { message, response_code: '1', data }, isRejection: true }
}

const notJson = 'Unable to decode Data...Make sure data is in Json Format, add application/json in header and try again'

/** Reply for any other error, with its own status. */
export function paymentsErrorReply(error: BillfoldError, requestId: string): Reply {
  return { status: error.status, body: { message: errorMessage(error, requestId), response_code: '1', data: '' } }
}

function errorMessage(error: BillfoldError, requestId: string): string {
  if (error.status === 500) return `Something went wrong (request ${requestId})`
  if (error.code === 'body.malformed' || error.code === 'body.unsupported-type') return notJson
  const [issue] = error.issues
  return issue === undefined ? error.message : `Invalid Data: ${issue.path}: ${issue.message}`
}

function formatData(data: unknown, form: DataFormat): unknown {
  if (data === undefined) return ''
  return form === 'object' || typeof data === 'string' ? data : JSON.stringify(data)
}

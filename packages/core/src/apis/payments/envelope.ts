import { z } from 'zod'
import type { BillfoldError } from '../../errors.ts'
import type { Reply } from '../../http/index.ts'

/** What every answer looks like. */
export const envelope = z.object({
  message: z.string(),
  response_code: z.enum(['0', '1']).describe('0: done, 1: not done'),
  data: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]),
})

/** What a handler has to say when all went well. */
export interface Answer {
  readonly message: string
  readonly data?: unknown
}

/** `data` as text that holds JSON, or as it is; an empty text for nothing. */
export type DataForm = 'text' | 'object'

/** The answer to what was done. */
export function done({ message, data }: Answer, form: DataForm): Reply {
  return { status: 200, body: { message, response_code: '0', data: dataOf(data, form) } }
}

/** The answer to what was not done for a reason that the API's document knows: HTTP 200. */
export function refused(message: string, data = ''): Reply {
  return { status: 200, body: { message, response_code: '1', data }, isRefusal: true }
}

const notJson = 'Unable to decode Data...Make sure data is in Json Format, add application/json in header and try again'

/** The answer to everything else, under its own status. */
export function failure(error: BillfoldError, requestId: string): Reply {
  return { status: error.status, body: { message: messageOf(error, requestId), response_code: '1', data: '' } }
}

function messageOf(error: BillfoldError, requestId: string): string {
  if (error.status === 500) return `Something went wrong (request ${requestId})`
  if (error.code === 'body.malformed' || error.code === 'body.unsupported-type') return notJson
  const [issue] = error.issues
  return issue === undefined ? error.message : `Invalid Data: ${issue.path}: ${issue.message}`
}

function dataOf(data: unknown, form: DataForm): unknown {
  if (data === undefined) return ''
  return form === 'object' || typeof data === 'string' ? data : JSON.stringify(data)
}

import type { BillfoldError } from '../../kernel/errors.ts'
import type { Reply } from '../../http/index.ts'
import type { Pagination } from './pagination.ts'

interface CustodyError {
  readonly code: string
  readonly message: string
}

/** The success format of all replies: `{success:true, result}`, for a page of a list with `pagination` beside it. */
export function custodySuccessReply(result: unknown, pagination?: Pagination): Reply {
  return { status: 200, body: { success: true, result, ...(pagination !== undefined && { pagination }) } }
}

/**
 * The error format: `{success:false, errors:[…]}`. Input errors have the field path as their code. Clients of one generation
 * read `code` and `message`, those of the next `errorCode` and `errorMessage`.
 */
export function custodyErrorReply(error: BillfoldError, requestId: string): Reply {
  return { status: error.status, body: { success: false, errors: toErrors(error, requestId).map(toErrorBody) } }
}

function toErrorBody({ code, message }: CustodyError): Readonly<Record<string, string>> {
  return { code, message, errorCode: code, errorMessage: message }
}

function toErrors(error: BillfoldError, requestId: string): readonly CustodyError[] {
  if (error.status === 500) return [{ code: 'UNKNOWN_ERROR', message: `Something went wrong (request ${requestId})` }]
  if (error.issues.length > 0) return error.issues.map(({ path, message }) => ({ code: path, message }))
  return [{ code: error.code, message: error.message }]
}

import type { BillfoldError, Issue } from '../../kernel/errors.ts'
import type { Reply } from '../../http/index.ts'

/** The error body `{statusCode, errorType, errorMessage}`, for whole requests and for single items of a batch. */
export interface DidErrorBody {
  readonly statusCode: number
  /** The error code, for branching. */
  readonly errorType: string
  readonly errorMessage: string
}

/** Converts an error into its body. Invalid input has status 422 and lists all missing fields. */
export function toDidErrorBody(error: BillfoldError, requestId?: string): DidErrorBody {
  const errorMessage =
    error.status === 500 ? `Something went wrong (request ${requestId ?? 'unknown'})` : toMessage(error)
  return { statusCode: toStatus(error), errorType: error.code, errorMessage }
}

/** The error reply of a request. */
export function didErrorReply(error: BillfoldError, requestId: string): Reply {
  return { status: toStatus(error), body: toDidErrorBody(error, requestId) }
}

/** The HTTP status of an error: invalid input has status 422. */
export function toStatus(error: BillfoldError): number {
  return error.code === 'input.invalid' ? 422 : error.status
}

function toMessage({ message, issues }: BillfoldError): string {
  if (issues.length === 0) return message
  const isMissing = (issue: Issue): boolean => issue.message === 'is missing'
  const missing = issues.filter(isMissing).map(({ path }) => path)
  const invalid = issues.filter((issue) => !isMissing(issue)).map(({ path, message: problem }) => `${path}: ${problem}`)
  return [
    ...(missing.length > 0 ? [`Missing required params: ${missing.join(', ')}`] : []),
    ...(invalid.length > 0 ? [`Not valid: ${invalid.join('; ')}`] : []),
  ].join('. ')
}

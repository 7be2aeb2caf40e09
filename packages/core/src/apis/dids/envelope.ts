import type { BillfoldError, Issue } from '../../errors.ts'
import type { Reply } from '../../http/index.ts'

/** `{statusCode, errorType, errorMessage}`: the envelope of every refusal, and of what went wrong with one item of a batch. */
export interface Failure {
  readonly statusCode: number
  /** The code of the error: what to branch on. */
  readonly errorType: string
  readonly errorMessage: string
}

/** An error as this API shows one. A request that is not as it must be is 422, with all that is missing. */
export function failureOf(error: BillfoldError, requestId?: string): Failure {
  const errorMessage =
    error.status === 500 ? `Something went wrong (request ${requestId ?? 'unknown'})` : messageOf(error)
  return { statusCode: statusOf(error), errorType: error.code, errorMessage }
}

/** The reply to a request that was refused. */
export function failure(error: BillfoldError, requestId: string): Reply {
  return { status: statusOf(error), body: failureOf(error, requestId) }
}

function statusOf(error: BillfoldError): number {
  return error.code === 'input.invalid' ? 422 : error.status
}

function messageOf({ message, issues }: BillfoldError): string {
  if (issues.length === 0) return message
  const isMissing = (issue: Issue): boolean => issue.message === 'is missing'
  const missing = issues.filter(isMissing).map(({ path }) => path)
  const wrong = issues.filter((issue) => !isMissing(issue)).map(({ path, message: what }) => `${path}: ${what}`)
  return [
    ...(missing.length > 0 ? [`Missing required params: ${missing.join(', ')}`] : []),
    ...(wrong.length > 0 ? [`Not valid: ${wrong.join('; ')}`] : []),
  ].join('. ')
}

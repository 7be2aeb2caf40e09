import type { DocumentedErrors } from '../../http/index.ts'
import type { BillfoldError, ErrorCode } from '../../kernel/errors.ts'
import { documentedFailure } from './response-format.ts'

type Message = string | ((error: BillfoldError) => string)

/**
 * Builds the replies to the errors for which the API document prescribes a message: HTTP 200 and response code 1. All other errors
 * use their own status.
 */
export function documentedFailures(messages: Readonly<Partial<Record<ErrorCode, Message>>>): DocumentedErrors {
  return Object.fromEntries(Object.entries(messages).map(([code, message]) => [code, toFailure(message)]))
}

/** The error's own message, which names the missing field. */
export const missingFieldMessage = { 'field.missing': ownMessage } as const

/** The message of the API document for an operation that cannot be created. It says licence for all of them. */
export function cannotCreate(error: BillfoldError): string {
  return `Unable to Create License ${error.message}`
}

function ownMessage(error: BillfoldError): string {
  return error.message
}

function toFailure(message: Message): (error: BillfoldError) => ReturnType<typeof documentedFailure> {
  return (error) =>
    documentedFailure(
      typeof message === 'string' ? message : message(error),
      error.code === 'payment.receiver-not-registered' ? 'data' : '',
    )
}

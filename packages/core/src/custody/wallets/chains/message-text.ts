import { BillfoldError } from '../../../kernel/errors.ts'
import type { SignatureRequest } from './chain.ts'

/**
 * Encodes a message to sign: text as UTF-8, bytes as they are.
 * @throws BillfoldError `input.invalid` for lone surrogates, which have no UTF-8 encoding and are signed inconsistently by
 *   other libraries
 */
export function encodeMessage(text: string | Uint8Array): Uint8Array {
  if (typeof text !== 'string') return text
  if (/\p{Surrogate}/u.test(text)) throw new BillfoldError('input.invalid', { issues: [malformedText] })
  return Uint8Array.from(Buffer.from(text, 'utf8'))
}

/**
 * Encodes the message of a request, on chains that sign messages only.
 * @throws BillfoldError `signature.unsupported-type`, `input.invalid`
 */
export function encodeMessageRequest(request: SignatureRequest): Uint8Array {
  if (request.type !== 'MESSAGE') throw new BillfoldError('signature.unsupported-type')
  return encodeMessage(request.data)
}

const malformedText = {
  path: 'data',
  message: 'is not well-formed Unicode (lone surrogate)',
}

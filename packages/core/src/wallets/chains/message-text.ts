import { BillfoldError } from '../../errors.ts'
import type { SignatureRequest } from './chain.ts'

/**
 * The UTF-8 bytes of a message to sign.
 * @throws BillfoldError `input.invalid` for half of a surrogate pair, which has none and which other libraries sign otherwise
 */
export function textBytes(text: string): Uint8Array {
  if (/\p{Surrogate}/u.test(text)) throw new BillfoldError('input.invalid', { issues: [notText] })
  return Uint8Array.from(Buffer.from(text, 'utf8'))
}

/**
 * As {@link textBytes}, for a chain that signs messages and nothing else.
 * @throws BillfoldError `signature.unsupported-type`, `input.invalid`
 */
export function messageBytes(request: SignatureRequest): Uint8Array {
  if (request.type !== 'MESSAGE') throw new BillfoldError('signature.unsupported-type')
  return textBytes(request.data)
}

const notText = {
  path: 'data',
  message: 'is not well-formed Unicode, which has no UTF-8 bytes to sign',
}

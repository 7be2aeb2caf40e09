import { z } from 'zod'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import type { SignatureRequest } from '../wallets/chains/chain.ts'

/** Typed data (EIP-712), as an object or a JSON string. */
export const typedDataSchema = z
  .union([z.record(z.string(), z.unknown()), z.string()])
  .describe('Typed data, as an object or a JSON string')

/** Parses typed data that was sent as a JSON string. Other requests are returned unchanged. @throws BillfoldError `input.invalid` */
export function parseSignatureRequest(request: SignatureRequest): SignatureRequest {
  if (request.type !== 'EIP712' || typeof request.data !== 'string') return request
  try {
    return { type: 'EIP712', data: JSON.parse(request.data) }
  } catch (error) {
    const issues = [{ path: 'data', message: 'is not valid JSON' }]
    throw new BillfoldError('input.invalid', { issues, cause: error })
  }
}

/** Runs a function and prefixes the paths of its input errors with `signatureRequest`. */
export async function withSignatureRequestPath<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isBillfoldError(error, 'input.invalid')) throw error
    const issues = error.issues.map(({ path, message }) => ({ path: `signatureRequest.${path}`, message }))
    throw new BillfoldError('input.invalid', { issues, cause: error })
  }
}

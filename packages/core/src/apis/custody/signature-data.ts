import { z } from 'zod'
import { BillfoldError, isBillfoldError } from '../../errors.ts'
import type { SignatureRequest } from '../../wallets/chains/chain.ts'

/** Typed data (EIP-712), or its JSON as a string. */
export const typedData = z
  .union([z.record(z.string(), z.unknown()), z.string()])
  .describe('Typed data, or its JSON as a string')

/** Text as it is; typed data out of its JSON. @throws BillfoldError `input.invalid` */
export function signatureRequest(request: SignatureRequest): SignatureRequest {
  if (request.type !== 'EIP712' || typeof request.data !== 'string') return request
  try {
    return { type: 'EIP712', data: JSON.parse(request.data) }
  } catch (error) {
    const issues = [{ path: 'data', message: 'is not JSON' }]
    throw new BillfoldError('input.invalid', { issues, cause: error })
  }
}

/** Runs what reads a body's `signatureRequest`, so that what is wrong with it goes by its place in the body. */
export async function inSignatureRequest<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isBillfoldError(error, 'input.invalid')) throw error
    const issues = error.issues.map(({ path, message }) => ({ path: `signatureRequest.${path}`, message }))
    throw new BillfoldError('input.invalid', { issues, cause: error })
  }
}

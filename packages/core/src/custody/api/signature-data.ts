import { z } from 'zod'
import { parseBase64 } from '../../kernel/base64.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { parseJson, sanitizeJson } from '../../http/index.ts'
import type { SignatureRequest } from '../wallets/chains/chain.ts'

/** Typed data (EIP-712), as an object or a JSON string. */
export const typedDataSchema = z
  .union([z.record(z.string(), z.unknown()), z.string()])
  .describe('Typed data, as an object or a JSON string')

/** How the data of a message is written: text, or bytes in hex (with or without `0x`) or base64 (RFC 4648 section 4). */
export const dataEncodingSchema = z
  .enum(['text', 'hex', 'base64'])
  .optional()
  .describe(
    'How the data of a MESSAGE is written. Default: text, signed as UTF-8. hex and base64: any bytes, signed as they are',
  )

/** A request as it is sent. */
export type TransmittedSignatureRequest = (
  | { readonly type: 'MESSAGE'; readonly data: string }
  | { readonly type: 'EIP712'; readonly data: unknown }
) & { readonly dataEncoding?: z.output<typeof dataEncodingSchema> }

/** Decodes the bytes of a message, and parses typed data that was sent as a JSON string. @throws BillfoldError `input.invalid` */
export function parseSignatureRequest({ dataEncoding, ...request }: TransmittedSignatureRequest): SignatureRequest {
  if (request.type === 'MESSAGE') return { type: 'MESSAGE', data: decodeMessage(request.data, dataEncoding) }
  if (dataEncoding !== undefined && dataEncoding !== 'text') throw invalid('dataEncoding', 'is for messages only')
  return { type: 'EIP712', data: typeof request.data === 'string' ? parseTypedData(request.data) : request.data }
}

function decodeMessage(data: string, encoding: TransmittedSignatureRequest['dataEncoding']): string | Uint8Array {
  if (encoding === 'hex') {
    if (!/^(?:0x)?(?:[0-9a-fA-F]{2})*$/.test(data)) throw invalid('data', 'is not hex')
    return Uint8Array.from(Buffer.from(data.replace(/^0x/, ''), 'hex'))
  }
  if (encoding !== 'base64') return data
  const bytes = parseBase64(data)
  if (bytes === undefined || Buffer.from(bytes).toString('base64') !== data)
    throw invalid('data', 'is not base64 (RFC 4648 section 4)')
  return Uint8Array.from(bytes)
}

function parseTypedData(text: string): unknown {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    throw invalid('data', 'is not valid JSON', error)
  }
  if (!sanitizeJson({ data: value }, ['data'])) throw invalid('data', 'is nested too deeply or not well-formed text')
  return value
}

function invalid(path: string, message: string, cause?: unknown): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }], cause })
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

import { parseJson, sanitizeJson } from '@billfold/core/http'
import type { z } from 'zod'
import { holderError } from '../holder-error.ts'
import type { HolderContext } from '../settings.ts'
import type { WalletRequest, WalletResponse } from '../wallet-http.ts'

/** Sends a request to an issuer. @throws BillfoldError `issuer.unreachable` */
export async function sendToIssuer({ settings }: HolderContext, request: WalletRequest): Promise<WalletResponse> {
  try {
    return await settings.http(request)
  } catch (cause) {
    throw holderError('issuer.unreachable', { cause })
  }
}

/** Fetches JSON of an issuer, and validates it. @throws BillfoldError `issuer.unreachable` */
export async function fetchJson<Schema extends z.ZodType>(
  context: HolderContext,
  url: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { status, body } = await sendToIssuer(context, { url, method: 'GET', headers: { accept: 'application/json' } })
  if (status !== 200) throw holderError('issuer.unreachable', { cause: `${url}: ${status}` })
  return parseReply(body, schema)
}

/** Parses the body of a reply. @throws BillfoldError `issuer.unreachable` */
export function parseReply<Schema extends z.ZodType>(body: string, schema: Schema): z.output<Schema> {
  const value = toJson(body)
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw holderError('issuer.unreachable', { cause: parsed.error })
  return parsed.data
}

/** Parses JSON of somebody else; undefined if it is none. */
export function toJson(text: string): unknown {
  try {
    const value = parseJson(text)
    return sanitizeJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

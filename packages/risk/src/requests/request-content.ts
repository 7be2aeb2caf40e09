import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import { type Act, sealedColumn, type Services } from '@billfold/core/modules'
import { z } from 'zod'
import { riskRequests } from '../tables.ts'
import { openSummary, type RequestSummary } from './request-summary.ts'

/**
 * Maximum length of what an act signs, in characters, for the act to wait for others: more than any route takes. What cannot be shown
 * to who approves it is denied.
 */
export const maxContentLength = 1024 * 1024

interface RequestKey {
  readonly tenant: string
  readonly id: string
}

function encryptionContext({ tenant, id }: RequestKey): EncryptionContext {
  return { tenant, table: riskRequests.name, row: id, field: 'content' }
}

/** Seals what an act signs, if its summary has only the beginning of it. */
export async function sealContent(
  { keyring }: Services,
  key: RequestKey,
  { content }: Pick<Act, 'content'>,
  summary: RequestSummary,
): Promise<Uint8Array | null> {
  if (summary.content.length === content.length) return null
  // As JSON, in which lone surrogates survive UTF-8.
  return seal(keyring, new TextEncoder().encode(JSON.stringify(content)), encryptionContext(key))
}

/** Opens the description of a request, with the whole of what is signed. Requests of earlier versions have its beginning only. */
export async function openWholeSummary(
  services: Services,
  row: RequestKey & { readonly sealedSummary: Uint8Array; readonly sealedContent: Uint8Array | null },
): Promise<RequestSummary> {
  const summary = await openSummary(services, row)
  if (row.sealedContent === null) return summary
  const text = new TextDecoder().decode(await open(services.keyring, row.sealedContent, encryptionContext(row)))
  return { ...summary, content: z.string().parse(JSON.parse(text)) }
}

/** How the column is re-encrypted under a new key. */
export const sealedContents = sealedColumn(riskRequests, 'sealedContent', encryptionContext)

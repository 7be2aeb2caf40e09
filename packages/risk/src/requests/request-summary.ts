import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import { type Act, sealedColumn, type Services } from '@billfold/core/modules'
import { z } from 'zod'
import type { Effects } from '../policies/act-effects.ts'
import { riskRequests } from '../tables.ts'

const summarySchema = z.object({
  kind: z.string(),
  walletId: z.string().nullable(),
  chain: z.string().nullable(),
  /** The value that it moves as far as it is known. */
  effects: z.array(z.object({ asset: z.string(), amount: z.string(), to: z.string().nullable() })),
  /** False if it may move more: what cannot be decoded, or what these effects leave out since they are too many. */
  complete: z.boolean(),
  /** The beginning of what is signed, at most 2,000 characters. */
  content: z.string(),
  /** The length of all that is signed, in characters. Requests of earlier versions have none. */
  contentLength: z.int().optional(),
})

/** What a request does, for those who approve it. */
export type RequestSummary = z.output<typeof summarySchema>

const maxContentLength = 2000
/** What of the column content and effects may take, in bytes of JSON. Both together fit into it whatever they contain. */
const maxContentBytes = 4000
const maxEffectsBytes = 3500

/** Describes an act as far as it fits. What is left out is said. */
export function summarize({ kind, walletId, chain, content }: Act, effects: Effects): RequestSummary {
  const known = effects.known.map(({ asset, amount, to }) => ({ asset, amount: amount.toString(), to: to ?? null }))
  const shown = takeBytes(known, maxEffectsBytes)
  return {
    kind,
    walletId: walletId ?? null,
    chain: chain ?? null,
    effects: shown,
    complete: effects.complete && shown.length === known.length,
    content: beginningOf(content),
    contentLength: content.length,
  }
}

/** The first values whose JSON takes no more than a number of bytes. */
function takeBytes<T>(values: readonly T[], maxBytes: number): T[] {
  let bytes = 0
  const end = values.findIndex((value) => (bytes += jsonBytes(value)) > maxBytes)
  return values.slice(0, end === -1 ? values.length : end)
}

function beginningOf(content: string): string {
  let length = Math.min(content.length, maxContentLength)
  // Quotes and control characters are longer in JSON.
  while (jsonBytes(content.slice(0, length)) > maxContentBytes) length = Math.floor(length / 2)
  return content.slice(0, length)
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1
}

type RequestKey = { readonly tenant: string; readonly id: string }

function encryptionContext({ tenant, id }: RequestKey): EncryptionContext {
  return { tenant, table: riskRequests.name, row: id, field: 'summary' }
}

/** Seals the description of a request. */
export function sealSummary({ keyring }: Services, key: RequestKey, summary: RequestSummary): Promise<Uint8Array> {
  return seal(keyring, new TextEncoder().encode(JSON.stringify(summary)), encryptionContext(key))
}

/** Opens the description of a request. */
export async function openSummary(
  { keyring }: Services,
  row: RequestKey & { readonly sealedSummary: Uint8Array },
): Promise<RequestSummary> {
  const text = new TextDecoder().decode(await open(keyring, row.sealedSummary, encryptionContext(row)))
  return summarySchema.parse(JSON.parse(text))
}

/** How the column is re-encrypted under a new key. */
export const sealedSummaries = sealedColumn(riskRequests, 'sealedSummary', encryptionContext)

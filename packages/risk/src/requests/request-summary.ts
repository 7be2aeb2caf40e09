import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import { sealedColumn, type Services } from '@billfold/core/modules'
import { z } from 'zod'
import { riskRequests } from '../tables.ts'

const summarySchema = z.object({
  kind: z.string(),
  walletId: z.string().nullable(),
  chain: z.string().nullable(),
  /** The value that it moves as far as it is known. */
  effects: z.array(z.object({ asset: z.string(), amount: z.string(), to: z.string().nullable() })),
  /** False if it may move more. */
  complete: z.boolean(),
  /** What is signed, at most 2,000 characters. */
  content: z.string(),
})

/** What a request does, for those who approve it. */
export type RequestSummary = z.output<typeof summarySchema>

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

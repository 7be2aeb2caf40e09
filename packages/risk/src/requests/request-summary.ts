import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import { sealedColumn, type Services } from '@billfold/core/modules'
import { riskRequests } from '../tables.ts'

/** What a request does, for those who approve it. */
export interface RequestSummary {
  readonly kind: string
  readonly walletId: string | null
  readonly chain: string | null
  /** The value that it moves as far as it is known. */
  readonly effects: readonly { readonly asset: string; readonly amount: string; readonly to: string | null }[]
  /** False if it may move more. */
  readonly complete: boolean
  /** What is signed, at most 2,000 characters. */
  readonly content: string
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
  const summary: RequestSummary = JSON.parse(text)
  return summary
}

/** How the column is re-encrypted under a new key. */
export const sealedSummaries = sealedColumn(riskRequests, 'sealedSummary', encryptionContext)

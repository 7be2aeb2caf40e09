import { createHash } from 'node:crypto'
import { canonicalJson } from '../canonical-json.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { TransactionRow } from './record.ts'
import type { TransactionRequest } from './request.ts'
import { transactions } from './tables.ts'

/** What makes two requests the same, and by which key the caller says so. Hashes, in base64url. */
export interface Sameness {
  readonly key: string | null
  readonly content: string
}

/** The hashes of a request and of its key. */
export function samenessOf(request: TransactionRequest, idempotencyKey: string | undefined): Sameness {
  return { key: idempotencyKey === undefined ? null : hash(idempotencyKey), content: hash(canonicalJson(request)) }
}

/**
 * The transaction that was made under the same key for the wallet.
 * @throws BillfoldError `idempotency-key.reused` when it was made for another request
 */
export async function earlierOne(
  services: Services,
  walletId: string,
  { key, content }: Sameness,
): Promise<TransactionRow | undefined> {
  if (key === null) return undefined
  const [row] = await services.storage.find(transactions, { where: { walletId, idempotencyKey: key }, limit: 1 })
  if (row !== undefined && row.contentHash !== content) throw new BillfoldError('idempotency-key.reused')
  return row
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

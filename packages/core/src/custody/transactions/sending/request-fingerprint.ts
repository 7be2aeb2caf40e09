import type { CustodyServices } from '../../services.ts'
import { createHash } from 'node:crypto'
import { canonicalizeJson } from '../../../kernel/canonical-json.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { TransactionRow } from '../transaction-row.ts'
import type { TransactionRequest } from '../formats/transaction-request.ts'
import { transactions } from '../tables.ts'

/** SHA-256 hashes (base64url) of a request and of its idempotency key, if any. */
export interface TransactionFingerprint {
  readonly key: string | null
  readonly content: string
}

/** Computes the fingerprint of a request and its idempotency key. */
export function computeTransactionFingerprint(
  request: TransactionRequest,
  idempotencyKey: string | undefined,
): TransactionFingerprint {
  return { key: idempotencyKey === undefined ? null : hash(idempotencyKey), content: hash(canonicalizeJson(request)) }
}

/**
 * Finds the transaction of a wallet with the same idempotency key.
 * @throws BillfoldError `idempotency-key.reused` if the key was used for a different request
 */
export async function findTransactionByIdempotencyKey(
  services: CustodyServices,
  walletId: string,
  { key, content }: TransactionFingerprint,
): Promise<TransactionRow | undefined> {
  if (key === null) return undefined
  const [row] = await services.storage.find(transactions, { where: { walletId, idempotencyKey: key }, limit: 1 })
  if (row !== undefined && row.contentHash !== content) throw new BillfoldError('idempotency-key.reused')
  return row
}

/** What {@link findEarlier} looks for. */
interface EarlierSend {
  readonly wallet: { readonly id: string }
  readonly fingerprint: TransactionFingerprint
  /** The saved request that is sent, if it is one. */
  readonly claim: object | undefined
}

/** Finds the transaction of an earlier send under the same key. A saved request is used once, and not repeated by its key. */
export async function findEarlier(
  services: CustodyServices,
  { wallet, fingerprint, claim }: EarlierSend,
): Promise<TransactionRow | undefined> {
  return claim === undefined ? findTransactionByIdempotencyKey(services, wallet.id, fingerprint) : undefined
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

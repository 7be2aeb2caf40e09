import type { AuthorizedMethod } from '../../../identity/signing-methods/authorized-method.ts'
import { newId } from '../../../kernel/ids.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { RequestClaim } from '../../saved-requests/claim-request.ts'
import type { CustodyWalletRow } from '../../wallets/sealing.ts'
import type { TransactionRequest } from '../formats/transaction-request.ts'
import { transactionLimits } from '../limits.ts'
import type { ChainAccount, TransactionRow } from '../transaction-row.ts'
import type { TransactionFingerprint } from './request-fingerprint.ts'

/** The context of one send. */
export interface Sending {
  readonly actor: Actor
  readonly wallet: CustodyWalletRow
  readonly authorizedBy: AuthorizedMethod
  readonly request: TransactionRequest
  readonly fingerprint: TransactionFingerprint
  readonly account: ChainAccount
  /** The saved request that the transaction uses up, whose id it takes. */
  readonly claim: RequestClaim | undefined
}

/** What a transaction is identified by, and when it can be mined. */
type SignedFields = Pick<TransactionRow, 'nonce' | 'raw' | 'hash' | 'rawCancellation' | 'expiry'>

/** Builds the row of a signed transaction that is not yet broadcast. */
export function buildTransactionRow(
  { wallet, account, fingerprint, request, claim }: Sending,
  { nonce, raw, hash, rawCancellation, expiry }: SignedFields,
  now: number,
): TransactionRow {
  return {
    id: claim?.id ?? newId(),
    tenant: wallet.tenant,
    walletId: wallet.id,
    userOrigin: wallet.userOrigin,
    secretType: wallet.secretType,
    ...account,
    type: request.type,
    nonce,
    raw,
    hash,
    rawCancellation,
    entryPoint: null,
    bundleHash: null,
    state: 'signed',
    failureCode: null,
    idempotencyKey: fingerprint.key,
    contentHash: fingerprint.content,
    createdAt: now,
    expiry,
    nextCheckAt: now + transactionLimits.checkIntervalMs,
  }
}

import type { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import type { RequestContext } from '../../http/index.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { saveRequest } from '../saved-requests/save-request.ts'
import { assertTransactionsSupported } from '../transactions/formats/families.ts'
import {
  computeTransactionFingerprint,
  findTransactionByIdempotencyKey,
} from '../transactions/sending/request-fingerprint.ts'
import type { CustodyContext } from './context.ts'
import { getReachableWallet } from './custody-user.ts'
import { toSavedTransactionBody, toTransactionBody, type transactionBody } from './saved-request-bodies.ts'
import { toSending } from './to-sending.ts'
import type { TransactionRequestBody } from './transaction-schemas.ts'

/**
 * Saves a transaction that is confirmed and executed later. A node is asked only then.
 * @throws BillfoldError `input.invalid`, `transaction.unsupported-type`, and as `saveRequest` does
 */
export async function saveTransaction(
  custody: CustodyContext,
  context: RequestContext,
  requested: TransactionRequestBody,
  status: 'SAVED' | 'READY',
  idempotencyKey?: string,
): Promise<z.output<typeof transactionBody>> {
  const { services, savedRequests } = custody
  const wallet = await getReachableWallet(services, context.caller, requested.walletId)
  const { request } = toSending(custody, wallet, requested)
  assertTransactionsSupported(services.chainConnections, wallet.secretType)
  if (request.chainSpecificFields?.nonce !== undefined)
    throw new BillfoldError('input.invalid', { issues: [nonceNotAllowed] })
  const { key, content } = computeTransactionFingerprint(request, idempotencyKey)
  const sent = await findTransactionByIdempotencyKey(services, wallet.id, { key, content })
  if (sent !== undefined) return toTransactionBody(sent)
  const row = await saveRequest(services, savedRequests, actorFromRequest(context), wallet, {
    kind: 'transaction',
    type: request.type,
    status,
    request: requested,
    fingerprint: key === null ? undefined : { key, content },
  })
  return toSavedTransactionBody(row, services.now(), requested)
}

const nonceNotAllowed = {
  path: 'transactionRequest.chainSpecificFields.nonce',
  message: 'is assigned by Billfold for transactions that are sent',
}

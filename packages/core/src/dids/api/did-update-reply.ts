import type { Reply } from '../../http/index.ts'
import type { DidUpdateResult } from '../did-wallets/update-did.ts'
import type { DidWalletRow } from '../did-wallets/seal-key.ts'
import { toDidErrorBody } from './response-format.ts'
import { toUpdateStepBody, toDidWalletBody } from './response-bodies.ts'

/**
 * The reply with a wallet and its DID update. If the update stopped, it contains the error and the steps, so that the
 * caller can repeat the request.
 */
export function didUpdateReply(row: DidWalletRow, { steps, error }: DidUpdateResult): Reply {
  const wallet = toDidWalletBody(row)
  const stepsBody = steps.length === 0 ? {} : { steps: steps.map(toUpdateStepBody) }
  if (error === undefined) return { status: 200, body: { wallet, ...stepsBody } }
  // An error of the payer or the node is not the caller's fault.
  const status = error.status >= 500 || callerErrors.has(error.code) ? error.status : 502
  const headers = status === 503 || status === 409 ? { 'retry-after': String(error.retryAfterSeconds ?? 5) } : {}
  return { status, headers, body: { ...toDidErrorBody(error), statusCode: status, wallet, ...stepsBody } }
}

const callerErrors: ReadonlySet<string> = new Set([
  'did-update.in-progress',
  'did-wallet.read-only',
  'signing-method.invalid',
  'user.limit-reached',
])

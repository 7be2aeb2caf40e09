import type { Reply } from '../../http/index.ts'
import type { ErrorCode } from '../../kernel/errors.ts'
import type { DidUpdateResult } from '../did-wallets/update-did.ts'
import type { DidWalletRow } from '../did-wallets/seal-key.ts'
import { toDidErrorBody, toStatus } from './response-format.ts'
import { toUpdateStepBody, toDidWalletBody } from './response-bodies.ts'

/**
 * The reply with a wallet and its DID update. If the update stopped, it contains the error and the steps, so that the
 * caller can repeat the request.
 */
export function didUpdateReply(row: DidWalletRow, { steps, error }: DidUpdateResult): Reply {
  const wallet = toDidWalletBody(row)
  const stepsBody = steps.length === 0 ? {} : { steps: steps.map(toUpdateStepBody) }
  if (error === undefined) return { status: 200, body: { wallet, ...stepsBody } }
  const status = error.status < 500 && isUpstream(error.code) ? 502 : toStatus(error)
  const headers = [409, 429, 503].includes(status) ? { 'retry-after': String(error.retryAfterSeconds ?? 5) } : {}
  return { status, headers, body: { ...toDidErrorBody(error), statusCode: status, wallet, ...stepsBody } }
}

/** Whether the registry, its node or the payer of the transaction refused: that is not the caller's fault. */
function isUpstream(code: ErrorCode): boolean {
  return code.startsWith('transaction.') || code === 'did.not-a-registry' || code === 'crypto.invalid-signature'
}

import type { Reply } from '../../http/index.ts'
import type { ConfigurationOutcome } from '../../identities/configure.ts'
import type { IdentityRow } from '../../identities/seal-key.ts'
import { failureOf } from './envelope.ts'
import { presentStep, presentWallet } from './present.ts'

/**
 * The reply with a wallet and its DID update. If the update stopped, it contains the error and the steps, so that the
 * caller can repeat the request.
 */
export function configuredReply(row: IdentityRow, { steps, failure: error }: ConfigurationOutcome): Reply {
  const wallet = presentWallet(row)
  const stepsBody = steps.length === 0 ? {} : { steps: steps.map(presentStep) }
  if (error === undefined) return { status: 200, body: { wallet, ...stepsBody } }
  // An error of the payer or the node is not the caller's fault.
  const status = error.status >= 500 || callerErrors.has(error.code) ? error.status : 502
  const headers = status === 503 || status === 409 ? { 'retry-after': String(error.retryAfterSeconds ?? 5) } : {}
  return { status, headers, body: { ...failureOf(error), statusCode: status, wallet, ...stepsBody } }
}

const callerErrors: ReadonlySet<string> = new Set([
  'identity.configuring',
  'identity.read-only',
  'signing-method.invalid',
  'user.full',
])

import type { Reply } from '../../http/index.ts'
import type { ConfigurationOutcome } from '../../identities/configure.ts'
import type { IdentityRow } from '../../identities/seal-key.ts'
import { failureOf } from './envelope.ts'
import { presentStep, presentWallet } from './present.ts'

/** A wallet, and how its configuration went; where it stopped, the error with the steps, so that a repeat can go on. */
export function configuredReply(row: IdentityRow, { steps, failure }: ConfigurationOutcome): Reply {
  const wallet = presentWallet(row)
  const shown = steps.length === 0 ? {} : { steps: steps.map(presentStep) }
  if (failure === undefined) return { status: 200, body: { wallet, ...shown } }
  // What the chain says of our payer or our node is no fault of the request.
  const status = failure.status >= 500 || ownFault.has(failure.code) ? failure.status : 502
  const headers = status === 503 || status === 409 ? { 'retry-after': String(failure.retryAfterSeconds ?? 5) } : {}
  return { status, headers, body: { ...failureOf(failure), statusCode: status, wallet, ...shown } }
}

const ownFault: ReadonlySet<string> = new Set([
  'identity.configuring',
  'identity.read-only',
  'signing-method.invalid',
  'user.full',
])

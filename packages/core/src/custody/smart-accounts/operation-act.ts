import { canonicalizeJson } from '../../kernel/canonical-json.ts'
import type { Act } from '../../platform/acts/act.ts'
import type { UnsignedOperation } from './build-operation.ts'

/** Describes what a user operation does: the calls of the account, and the call of the account that makes them. */
export function describeOperation({
  calls,
  operation,
  network,
}: UnsignedOperation): Pick<Act, 'call' | 'calls' | 'network' | 'content'> {
  const call = { to: operation.sender.toLowerCase(), value: 0n, data: operation.callData }
  const content = calls.map(({ to, value, data }) => [to, value.toString(), Buffer.from(data).toString('hex')])
  return { call, calls, network, content: canonicalizeJson([network, call.to, content]) }
}

import { canonicalizeJson } from '../../../kernel/canonical-json.ts'
import type { Act, ChainCall } from '../../../platform/acts/act.ts'

/**
 * Describes what a transaction does, from what is signed and not from the request: a token transfer, a contract execution and
 * a transfer with call data that have the same effect are the same act. Fees are not part of it.
 */
export function describeTransaction(
  { call }: { readonly call: ChainCall },
  network: string,
): Pick<Act, 'call' | 'network' | 'content'> {
  const data = Buffer.from(call.data).toString('hex')
  return { call, network, content: canonicalizeJson([network, call.to, call.value.toString(), data]) }
}

import { BillfoldError } from '../../kernel/errors.ts'
import type { ChainCall } from '../../platform/acts/act.ts'
import { buildEvmCall } from '../transactions/formats/evm/build-call.ts'
import { type FormatContext, requestIssue } from '../transactions/formats/transaction-format.ts'
import type { TransactionRequest } from '../transactions/formats/transaction-request.ts'

/**
 * Builds the calls of a request of a contract account.
 * @throws BillfoldError `input.invalid`, `transaction.unsupported-type`, `transaction.chain-unavailable`
 */
export async function buildOperationCalls(
  request: TransactionRequest,
  context: FormatContext,
): Promise<readonly ChainCall[]> {
  if (request.type === 'DELEGATION') throw new BillfoldError('transaction.unsupported-type')
  const requests = request.type === 'BATCH' ? request.calls : [request]
  if (requests.length === 0)
    throw new BillfoldError('input.invalid', { issues: [requestIssue('calls', 'must not be empty')] })
  const calls: ChainCall[] = []
  for (const one of requests) {
    const { to, value, data } = await buildEvmCall(one, context)
    // One spelling of an address, so that equal calls are equal acts.
    calls.push({ to: to.toLowerCase(), value, data })
  }
  return calls
}

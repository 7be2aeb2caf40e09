import { canonicalizeJson } from '../../../kernel/canonical-json.ts'
import type { Act } from '../../../platform/acts/act.ts'
import type { UnsignedTransaction } from '../formats/transaction-format.ts'

/**
 * Describes what a transaction does, from what is signed and not from the request: a token transfer, a contract execution and
 * a transfer with call data that have the same effect are the same act. Fees are not part of it.
 */
export function describeTransaction(
  { call, delegation }: Pick<UnsignedTransaction, 'call' | 'delegation'>,
  network: string,
): Pick<Act, 'call' | 'network' | 'content' | 'delegate'> {
  const data = Buffer.from(call.data).toString('hex')
  const moved = call.transfers?.map(({ asset, amount, to }) => [asset, amount.toString(), to])
  const accounts = call.accounts?.map(({ address, isSigner, isWritable }) => [address, isSigner, isWritable])
  const content = [
    network,
    call.to,
    call.value.toString(),
    data,
    ...(moved === undefined ? [] : [moved]),
    ...(accounts === undefined ? [] : [{ accounts }]),
  ]
  if (delegation === undefined) return { call, network, content: canonicalizeJson(content) }
  const { delegate, chainId } = delegation
  return { call, network, delegate, content: canonicalizeJson([...content, delegate, chainId.toString()]) }
}

import type { ChainServices } from '../../services.ts'
import { check, insert, update, type Write } from '../../../kernel/storage/index.ts'
import { countNonces } from '../formats/evm/delegation-rules.ts'
import type { ChainAccount, TransactionRow } from '../transaction-row.ts'
import { accountNonces, transactions } from '../tables.ts'

/**
 * Finds the lowest free nonce. Below the counter there can be a gap, left by a transaction of another program.
 * @param next the next nonce according to the node
 * @param counter the next nonce according to the stored counter
 */
export async function findNextNonce(
  services: ChainServices,
  account: ChainAccount,
  next: number,
  counter: number,
): Promise<number> {
  if (next >= counter) return next
  const near = await services.storage.find(transactions, {
    where: { ...account, nonce: { in: [next - 1, next] } },
    limit: 2,
  })
  return near.some((row) => row.nonce === next || isPendingDelegation(row)) ? counter : next
}

/** The nonce after that of a pending delegation belongs to its authorization. */
function isPendingDelegation({ type, state }: TransactionRow): boolean {
  return countNonces(type) > 1 && (state === 'signed' || state === 'sent')
}

/** The write that reserves nonces. It conflicts if another process has changed the counter from the value read (`counter`). */
export function reserveNonceWrite(account: ChainAccount, counter: number | undefined, nonce: number, count = 1): Write {
  if (counter !== undefined && nonce < counter) return check(accountNonces, { where: { ...account, next: counter } })
  return counter === undefined
    ? insert(accountNonces, { ...account, next: nonce + count })
    : update(accountNonces, { where: { ...account, next: counter }, set: { next: nonce + count } })
}

import type { ChainServices } from '../../services.ts'
import { check, insert, update, type Write } from '../../../kernel/storage/index.ts'
import type { ChainAccount } from '../transaction-row.ts'
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
  const [existing] = await services.storage.find(transactions, { where: { ...account, nonce: next }, limit: 1 })
  return existing === undefined ? next : counter
}

/** The write that reserves a nonce. It conflicts if another process has changed the counter from the value read (`counter`). */
export function reserveNonceWrite(account: ChainAccount, counter: number | undefined, nonce: number): Write {
  if (counter !== undefined && nonce < counter) return check(accountNonces, { where: { ...account, next: counter } })
  return counter === undefined
    ? insert(accountNonces, { ...account, next: nonce + 1 })
    : update(accountNonces, { where: { ...account, next: counter }, set: { next: nonce + 1 } })
}

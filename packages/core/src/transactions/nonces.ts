import type { ChainServices } from '../services.ts'
import { check, insert, update, type Write } from '../storage/index.ts'
import type { Account } from './record.ts'
import { accountNonces, transactions } from './tables.ts'

/** The first that nobody has: below those that were given away there can be a gap, left by another program. */
export async function nextNonce(
  services: ChainServices,
  account: Account,
  next: number,
  counted: number,
): Promise<number> {
  if (next >= counted) return next
  const [held] = await services.storage.find(transactions, { where: { ...account, nonce: next }, limit: 1 })
  return held === undefined ? next : counted
}

/** The write that gives a nonce away, to be refused when another process has done so. `counted` is what the counter said. */
export function takeNonce(account: Account, counted: number | undefined, nonce: number): Write {
  if (counted !== undefined && nonce < counted) return check(accountNonces, { where: { ...account, next: counted } })
  return counted === undefined
    ? insert(accountNonces, { ...account, next: nonce + 1 })
    : update(accountNonces, { where: { ...account, next: counted }, set: { next: nonce + 1 } })
}

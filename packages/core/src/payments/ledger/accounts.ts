import { createHash, randomInt } from 'node:crypto'
import { type Insert, insert } from '../../kernel/storage/index.ts'
import { ledgerAccounts } from './tables.ts'

/**
 * A ledger account of a tenant, in one currency.
 * `available` is what a user can spend and `held` the sum of the user's holds; neither can become negative. `grant`,
 * `gateway` and `fees` are the tenant's counter accounts, which can.
 */
export type LedgerAccount =
  | { readonly kind: 'available' | 'held'; readonly owner: string }
  | { readonly kind: 'grant' | 'gateway' | 'fees' }

/** Number of rows of a tenant account, so that concurrent transfers seldom wait for the same row. */
export const shardCount = 16

/** One row of an account. */
export interface AccountShard {
  readonly id: string
  readonly tenant: string
  readonly currency: string
  readonly kind: LedgerAccount['kind']
  readonly owner: string
  readonly shard: number
}

/** Picks the row of an account that a transfer writes: the only one, or a random shard. */
export function pickShard(tenant: string, currency: string, account: LedgerAccount): AccountShard {
  return toShard(tenant, currency, account, 'owner' in account ? 0 : randomInt(shardCount))
}

/** All rows that an account can have. */
export function allShards(tenant: string, currency: string, account: LedgerAccount): readonly AccountShard[] {
  const shards = 'owner' in account ? 1 : shardCount
  return Array.from({ length: shards }, (_, shard) => toShard(tenant, currency, account, shard))
}

/** The write that creates an account row with a zero balance. Its key fails if the row exists. */
export function accountInsert(row: AccountShard, now: number): Insert {
  return insert(ledgerAccounts, { ...row, balance: 0n, entries: 0, createdAt: now })
}

/** Returns true if accounts of this kind must not become negative. */
export function mustStayNonNegative(kind: string): boolean {
  return kind === 'available' || kind === 'held'
}

function toShard(tenant: string, currency: string, account: LedgerAccount, shard: number): AccountShard {
  const { kind } = account
  const owner = 'owner' in account ? account.owner : ''
  const id = createHash('sha256')
    .update(JSON.stringify([tenant, currency, kind, owner, shard]))
    .digest('base64url')
  return { id, tenant, currency, kind, owner, shard }
}

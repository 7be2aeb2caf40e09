import { createHash, randomInt } from 'node:crypto'
import { type Insert, insert, type RowOf } from '../storage/index.ts'
import { ledgerAccounts } from './tables.ts'

/** An account row as it is kept. */
export type AccountRow = RowOf<typeof ledgerAccounts>

/**
 * An account of a tenant: what a user has (`available`) and what is set aside of it (`held`), which never fall below zero; or
 * the other sides of money that comes and goes, which may.
 */
export type Account =
  | { readonly kind: 'available' | 'held'; readonly owner: string }
  | { readonly kind: 'grant' | 'gateway' | 'fees' }

/** How many rows an account has that everybody writes, so that its writers do not wait for each other. */
export const sharedShards = 16

/** One row of an account. */
export interface AccountPlace {
  readonly id: string
  readonly tenant: string
  readonly currency: string
  readonly kind: Account['kind']
  readonly owner: string
  readonly shard: number
}

/** The row of an account that a transfer writes: its only one, or any of its shards. */
export function placeToWrite(tenant: string, currency: string, account: Account): AccountPlace {
  return placeOf(tenant, currency, account, 'owner' in account ? 0 : randomInt(sharedShards))
}

/** All rows that an account can have. */
export function placesOf(tenant: string, currency: string, account: Account): readonly AccountPlace[] {
  const shards = 'owner' in account ? 1 : sharedShards
  return Array.from({ length: shards }, (_, shard) => placeOf(tenant, currency, account, shard))
}

/** The write that opens an account's row, at zero. A duplicate where it is there already. */
export function accountRow(place: AccountPlace, now: number): Insert {
  return insert(ledgerAccounts, { ...place, balance: 0n, entries: 0, createdAt: now })
}

/** Whether an account of this kind must never be below zero. */
export function hasFloor(kind: string): boolean {
  return kind === 'available' || kind === 'held'
}

function placeOf(tenant: string, currency: string, account: Account, shard: number): AccountPlace {
  const { kind } = account
  const owner = 'owner' in account ? account.owner : ''
  const id = createHash('sha256')
    .update(JSON.stringify([tenant, currency, kind, owner, shard]))
    .digest('base64url')
  return { id, tenant, currency, kind, owner, shard }
}

import { createHash } from 'node:crypto'
import type { Act } from '@billfold/core/modules'
import { check, insert, type RowOf, update, type Write } from '@billfold/core/storage'
import { riskCounters } from '../tables.ts'
import type { Effects } from './act-effects.ts'
import type { Truth } from './conditions.ts'
import type { Conditions, Policy } from './policy.ts'

/** A row of `risk_counters`. */
export type CounterRow = RowOf<typeof riskCounters>

/** Buckets of a window. A window is up to a bucket longer than it says, so that no moment has more than the limit. */
const bucketsPerWindow = 12

/** A limit of a rule, applied to an act. */
export interface Limit {
  readonly bound: { readonly above?: bigint | undefined; readonly atMost?: bigint | undefined }
  /** What the act adds; undefined if nobody can tell. */
  readonly added: bigint | undefined
  /** What the act adds to an amount for certain. */
  readonly addedAtLeast: bigint
  /** True if the act has nothing that the limit counts. */
  readonly isOther: boolean
  readonly counts: 'amount' | 'count'
  /** Undefined for a limit of one act. */
  readonly counter: { readonly id: string; readonly windowMs: number } | undefined
}

/** Converts an amount of an asset to minor units of the host's currency; undefined if it has no price. */
export type PriceOf = (asset: string, amount: bigint) => bigint | undefined

/** Lists the limits of a rule for an act. */
export function listLimits(policy: Policy, act: Act, effects: Effects, priceOf: PriceOf): readonly Limit[] {
  const { amount, count } = policy.when
  return [
    ...(amount === undefined ? [] : [amountLimit(policy, act, effects, amount, priceOf)]),
    ...(count === undefined ? [] : [countLimit(policy, act, count)]),
  ]
}

function amountLimit(
  policy: Policy,
  act: Act,
  { known, complete }: Effects,
  amount: NonNullable<Conditions['amount']>,
  priceOf: PriceOf,
): Limit {
  const priced = known.map((effect) =>
    amount.asset === 'price' ? priceOf(effect.asset, effect.amount) : effect.amount,
  )
  const counted = known.map(({ asset }, index) =>
    amount.asset === 'price' || sameAsset(asset, amount.asset) ? priced[index] : 0n,
  )
  const addedAtLeast = counted.reduce<bigint>((sum, one) => sum + (one ?? 0n), 0n)
  const isKnown = complete && !counted.includes(undefined)
  const isOther =
    known.length === 0 || (amount.asset !== 'price' && !known.every(({ asset }) => sameAsset(asset, amount.asset)))
  const { window, per, asset } = amount
  const counter =
    window === undefined
      ? undefined
      : { id: counterId(act, policy.id, 'amount', per, asset), windowMs: window.seconds * 1000 }
  return { bound: amount, added: isKnown ? addedAtLeast : undefined, addedAtLeast, isOther, counts: 'amount', counter }
}

function countLimit({ id }: Policy, act: Act, { window, per, above, atMost }: NonNullable<Conditions['count']>): Limit {
  const bound = {
    above: above === undefined ? undefined : BigInt(above),
    atMost: atMost === undefined ? undefined : BigInt(atMost),
  }
  const counter = { id: counterId(act, id, 'count', per), windowMs: window.seconds * 1000 }
  return { bound, added: 1n, addedAtLeast: 1n, isOther: false, counts: 'count', counter }
}

function sameAsset(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function counterId(act: Act, policyId: string, counts: string, per: 'user' | 'wallet' | 'tenant', asset = ''): string {
  const { userId, walletId, actor } = act
  const user = userId ?? walletId ?? actor.id
  const subject = { user, wallet: walletId ?? user, tenant: '' }[per]
  return hashParts([actor.tenant, policyId, counts, per, subject, asset.toLowerCase()])
}

/** SHA-256 of several texts, base64url. */
export function hashParts(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

/** The start of the bucket that an act at a time is counted in. */
function bucketAt(windowMs: number, now: number): number {
  const size = Math.ceil(windowMs / bucketsPerWindow)
  return Math.floor(now / size) * size
}

/** The oldest bucket that still counts. Later ones, of a host whose clock is ahead, count too. */
export function oldestBucket(windowMs: number, now: number): number {
  return bucketAt(windowMs, now) - bucketsPerWindow * Math.ceil(windowMs / bucketsPerWindow)
}

function liveRows({ counter }: Limit, rows: readonly CounterRow[], now: number): readonly CounterRow[] {
  if (counter === undefined) return []
  const oldest = oldestBucket(counter.windowMs, now)
  return rows.filter(({ id, bucket }) => id === counter.id && bucket >= oldest)
}

const valueOf = ({ counts }: Limit, row: CounterRow): bigint => (counts === 'amount' ? row.amount : BigInt(row.count))

const usedBefore = (limit: Limit, rows: readonly CounterRow[], now: number): bigint =>
  liveRows(limit, rows, now).reduce((sum, row) => sum + valueOf(limit, row), 0n)

/** Evaluates a limit with what was counted before. */
export function evaluateLimit(limit: Limit, rows: readonly CounterRow[], now: number): Truth {
  const { bound, added, addedAtLeast, isOther } = limit
  const before = usedBefore(limit, rows, now)
  if (bound.atMost !== undefined) {
    if (before + addedAtLeast > bound.atMost) return false
    if (added === undefined) return 'unknown'
    // An allowance for one asset says nothing about an act that moves another, or none.
    return !isOther
  }
  if (before + addedAtLeast > (bound.above ?? 0n)) return added !== 0n
  return added === undefined ? 'unknown' : false
}

/**
 * The writes that count an act. While the act is within the limit they require that it still is at the commit: what other hosts
 * count meanwhile makes them fail, and the act is decided again.
 */
export function countWrites(limit: Limit, rows: readonly CounterRow[], tenant: string, now: number): readonly Write[] {
  const { bound, addedAtLeast: added, counter, counts } = limit
  if (counter === undefined || added === 0n) return []
  const live = liveRows(limit, rows, now)
  const { id, windowMs } = counter
  const newest = Math.max(bucketAt(windowMs, now), ...live.map(({ bucket }) => bucket))
  const current = live.find(({ bucket }) => bucket === newest)
  const max = bound.above ?? bound.atMost ?? 0n
  const left = max - usedBefore(limit, rows, now)
  const isWithin = left >= added
  const guards = isWithin ? neighbourChecks(id, newest, live) : []
  if (current === undefined) {
    const value = counts === 'amount' ? { amount: added, count: 0 } : { amount: 0n, count: Number(added) }
    const expiresAt = newest + 2 * windowMs + 24 * 60 * 60 * 1000
    return [...guards, insert(riskCounters, { id, bucket: newest, tenant, ...value, expiresAt })]
  }
  const room = valueOf(limit, current) + left - added
  const where =
    counts === 'amount'
      ? { id, bucket: newest, ...(isWithin && { amount: { lte: room } }) }
      : { id, bucket: newest, ...(isWithin && { count: { lte: Number(room) } }) }
  const add = counts === 'amount' ? { amount: added } : { count: Number(added) }
  return [...guards, update(riskCounters, { where, add })]
}

/** The bucket before is as it was read, and there is none after: hosts whose clocks differ at the edge of a bucket see each other. */
function neighbourChecks(id: string, newest: number, live: readonly CounterRow[]): readonly Write[] {
  const before = live.filter(({ bucket }) => bucket < newest).toSorted((one, other) => other.bucket - one.bucket)[0]
  return [
    check(riskCounters, { where: { id, bucket: { gt: newest } }, expectedRows: 'none' }),
    ...(before === undefined
      ? []
      : [check(riskCounters, { where: { id, bucket: before.bucket, amount: before.amount, count: before.count } })]),
  ]
}

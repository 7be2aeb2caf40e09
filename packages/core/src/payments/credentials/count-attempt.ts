import type { Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError, update, type Write } from '../../kernel/storage/index.ts'
import {
  type AttemptAccount,
  type AttemptLanes,
  type AttemptRow,
  computeAttemptAccount,
  counterRetentionMs,
  knownSources,
  type Lane,
  maxFailures,
  never,
  toLanes,
} from './attempt-lanes.ts'
import { credentialAttempts } from './attempt-table.ts'

/** An attempt that was counted, or refused because a lane is locked. */
export interface CountedAttempt extends AttemptLanes {
  readonly id: string
  readonly isRefused: boolean
  /** The lanes that this attempt locks for the first time, unless it succeeds. */
  readonly newlyLocked: readonly Lane[]
}

/** Maximum number of rounds when concurrent attempts update the same counters. Afterwards an attempt is refused. */
const maxRounds = 10

/** Who attempts what: the same caller can be known to one account and a stranger to another. */
export interface AttemptTarget {
  readonly actor: Actor
  readonly account: AttemptAccount
}

/**
 * Counts an attempt at one or more accounts on their lanes, before the value is checked, in one guarded commit: parallel attempts
 * cannot exceed a limit. The reads and writes are the same whether an account exists or a lane is locked, and their number does not
 * depend on that of the accounts.
 * @param targets different accounts of one tenant
 * @param attemptId a new id
 */
export async function countAttempts(
  services: Services,
  targets: readonly AttemptTarget[],
  attemptId: string,
): Promise<readonly CountedAttempt[]> {
  let all = await findAllLanes(services, targets)
  for (let round = 1; round < maxRounds; round++) {
    const now = services.now()
    try {
      await services.storage.commit(batch(...all.flatMap((found) => countingWrites(found, attemptId, now))))
      return all.map((found) => toCounted(found, attemptId, now))
    } catch (error) {
      if (!isCommitError(error)) throw error
      all = await findAllLanes(services, targets)
    }
  }
  return all.map((found) => ({ ...found, id: attemptId, isRefused: true, newlyLocked: [] }))
}

/** Counts an attempt at one account, as {@link countAttempts} does. */
export async function countAttempt(
  services: Services,
  actor: Actor,
  account: AttemptAccount,
  attemptId: string,
): Promise<CountedAttempt> {
  const [counted] = await countAttempts(services, [{ actor, account }], attemptId)
  if (counted === undefined) throw new TypeError('no attempt was counted')
  return counted
}

function isLocked({ lanes, rows }: AttemptLanes, now: number): boolean {
  return lanes.some(({ id }) => (rows.get(id)?.lockedUntil ?? 0) > now)
}

function countingWrites(found: AttemptLanes, attemptId: string, now: number): readonly Write[] {
  const counted = isLocked(found, now) ? undefined : attemptId
  return found.lanes.map((lane) => countingWrite(found, lane, counted, now))
}

function toCounted(found: AttemptLanes, id: string, now: number): CountedAttempt {
  const isRefused = isLocked(found, now)
  const isNew = (lane: Lane): boolean => (found.rows.get(lane.id)?.failures ?? 0) + 1 === maxFailures
  const reported = found.lanes.filter(({ name }) => name !== 'own' || found.isKnown)
  return { ...found, id, isRefused, newlyLocked: isRefused ? [] : reported.filter(isNew) }
}

async function findAllLanes(services: Services, targets: readonly AttemptTarget[]): Promise<readonly AttemptLanes[]> {
  const wanted = await Promise.all(
    targets.map(async ({ actor, account }) => ({
      actor,
      account: await computeAttemptAccount(services, actor.tenant, account),
      lanes: await toLanes(services, actor, account.kind),
    })),
  )
  const found = await services.storage.find(credentialAttempts, {
    where: {
      account: { in: wanted.map(({ account }) => account) },
      lane: { in: [...new Set(wanted.flatMap(({ lanes }) => lanes.map(({ id }) => id)))] },
    },
  })
  const now = services.now()
  return wanted.map(({ actor, account, lanes }) => {
    const own = found.filter((row) => row.account === account)
    return toAttemptLanes(actor, account, lanes, own, now)
  })
}

function toAttemptLanes(
  actor: Actor,
  account: string,
  lanes: readonly Lane[],
  found: readonly AttemptRow[],
  now: number,
): AttemptLanes {
  const rows = new Map(found.map((row) => [row.lane, row]))
  const own = lanes.find(({ name }) => name === 'own')
  const isKnown = actor.credentialId !== undefined || (own !== undefined && (rows.get(own.id)?.knownUntil ?? 0) > now)
  const applying = lanes.filter(({ name }) => name !== 'strangers' || !isKnown)
  return { tenant: actor.tenant, account, rows, isKnown, lanes: applying }
}

/** Counts the attempt on a lane if its row is unchanged since it was read; without an attempt, writes but counts nothing. */
function countingWrite(
  { tenant, account, rows }: AttemptLanes,
  { id: lane, lockMs }: Lane,
  attemptId: string | undefined,
  now: number,
): Write {
  const row = rows.get(lane)
  if (row === undefined) {
    const count = attemptId === undefined ? 0 : 1
    const fresh = { failures: count, lockedUntil: 0, lastAttemptId: attemptId ?? null, knownUntil: 0 }
    return insert(credentialAttempts, { tenant, account, lane, ...fresh, expiresAt: now + counterRetentionMs })
  }
  const failures = row.failures + 1
  // No row has -1 failures.
  const where = { account, lane, failures: attemptId === undefined ? -1 : row.failures, lockedUntil: row.lockedUntil }
  const lockedUntil = failures % maxFailures === 0 ? Math.min(now + lockMs(failures), never) : row.lockedUntil
  return update(credentialAttempts, {
    where,
    set: {
      failures,
      lockedUntil,
      lastAttemptId: attemptId ?? null,
      expiresAt: Math.min(Math.max(row.knownUntil, lockedUntil + counterRetentionMs, now + counterRetentionMs), never),
    },
    expectedRows: attemptId === undefined ? 'any' : 'one',
  })
}

/**
 * Returns the writes of an attempt that succeeded. They reset the counter of the caller, and remember its source address. On
 * the lane of strangers they refund only this attempt, so that a login of the user gives nobody else further attempts.
 */
export async function succeedAttemptWrites(
  services: Services,
  actor: Actor,
  { account, lanes, rows, id }: CountedAttempt,
): Promise<readonly Write[]> {
  const now = services.now()
  const isSource = actor.credentialId === undefined
  const known = isSource
    ? { knownUntil: now + knownSources.milliseconds, expiresAt: now + knownSources.milliseconds }
    : {}
  const writes = lanes.flatMap(({ id: lane, name }) => {
    if (name === 'strangers') return refundWrites({ account, rows, id }, lane)
    const newer = { account, lane, lastAttemptId: { ne: id }, failures: { gt: 0 } }
    const set = name === 'own' ? known : {}
    return [
      update(credentialAttempts, {
        where: { account, lane, lastAttemptId: id },
        set: { failures: 0, lockedUntil: 0, lastAttemptId: null, ...set },
        expectedRows: 'any',
      }),
      update(credentialAttempts, { where: newer, set, add: { failures: -1 }, expectedRows: 'any' }),
    ]
  })
  return [...writes, ...(isSource ? await forgetOldSources(services, account, lanes, now) : [])]
}

/** Returns the writes that take an attempt back, since it was not at this account: its value is the one of another account. */
export function refundAttemptWrites({ isRefused, lanes, ...attempt }: CountedAttempt): readonly Write[] {
  return isRefused ? [] : lanes.flatMap(({ id }) => refundWrites(attempt, id))
}

/** Refunds this attempt on a lane, and nobody else's. */
function refundWrites(
  { account, rows, id }: Pick<CountedAttempt, 'account' | 'rows' | 'id'>,
  lane: string,
): readonly Write[] {
  const lockedUntil = rows.get(lane)?.lockedUntil ?? 0
  const newer = { account, lane, lastAttemptId: { ne: id }, failures: { gt: 0 } }
  return [
    update(credentialAttempts, {
      where: { account, lane, lastAttemptId: id },
      set: { lockedUntil, lastAttemptId: null },
      add: { failures: -1 },
      expectedRows: 'any',
    }),
    update(credentialAttempts, { where: newer, add: { failures: -1 }, expectedRows: 'any' }),
  ]
}

/** Forgets the sources that were used least recently, beyond the maximum. */
async function forgetOldSources(
  { storage }: Services,
  account: string,
  lanes: readonly Lane[],
  now: number,
): Promise<readonly Write[]> {
  const rows = await storage.find(credentialAttempts, {
    where: { account, knownUntil: { gt: now } },
    orderBy: [['knownUntil', 'desc']],
  })
  const others = rows.map(({ lane }) => lane).filter((lane) => !lanes.some(({ id }) => id === lane))
  const excess = others.slice(knownSources.max - 1)
  if (excess.length === 0) return []
  const where = { account, lane: { in: excess } }
  return [update(credentialAttempts, { where, set: { knownUntil: 0 }, expectedRows: 'any' })]
}

/** The writes that reset the counters of an account: when its value is replaced, and when the host unlocks it. */
export function resetAttemptsWrite(account: string): Write {
  const set = { failures: 0, lockedUntil: 0, lastAttemptId: null } satisfies Partial<AttemptRow>
  return update(credentialAttempts, { where: { account }, set, expectedRows: 'any' })
}

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

/**
 * Counts an attempt on its lanes, before the value is checked, in one guarded commit: parallel attempts cannot exceed a
 * limit. The reads and writes are the same whether the account exists or a lane is locked.
 * @param attemptId a new id
 */
export async function countAttempt(
  services: Services,
  actor: Actor,
  account: AttemptAccount,
  attemptId: string,
): Promise<CountedAttempt> {
  let found = await findLanes(services, actor, account)
  for (let round = 1; round < maxRounds; round++) {
    const now = services.now()
    const isRefused = found.lanes.some(({ id }) => (found.rows.get(id)?.lockedUntil ?? 0) > now)
    const writes = found.lanes.map((lane) =>
      countingWrite(actor.tenant, found, lane, isRefused ? undefined : attemptId, now),
    )
    try {
      await services.storage.commit(batch(...writes))
      const isNew = ({ id }: Lane): boolean => (found.rows.get(id)?.failures ?? 0) + 1 === maxFailures
      const reported = found.lanes.filter(({ name }) => name !== 'own' || found.isKnown)
      return { ...found, id: attemptId, isRefused, newlyLocked: isRefused ? [] : reported.filter(isNew) }
    } catch (error) {
      if (!isCommitError(error)) throw error
      found = await findLanes(services, actor, account)
    }
  }
  return { ...found, id: attemptId, isRefused: true, newlyLocked: [] }
}

async function findLanes(
  services: Services,
  actor: Actor,
  { userId, kind, presented }: AttemptAccount,
): Promise<AttemptLanes> {
  const account = await computeAttemptAccount(services, actor.tenant, { userId, kind, presented })
  const lanes = await toLanes(services, actor, kind)
  const found = await services.storage.find(credentialAttempts, {
    where: { account, lane: { in: lanes.map(({ id }) => id) } },
  })
  const rows = new Map(found.map((row) => [row.lane, row]))
  const now = services.now()
  const own = lanes.find(({ name }) => name === 'own')
  const isKnown = actor.credentialId !== undefined || (own !== undefined && (rows.get(own.id)?.knownUntil ?? 0) > now)
  return { account, rows, isKnown, lanes: lanes.filter(({ name }) => name !== 'strangers' || !isKnown) }
}

/** Counts the attempt on a lane if its row is unchanged since it was read; without an attempt, writes but counts nothing. */
function countingWrite(
  tenant: string,
  { account, rows }: AttemptLanes,
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
    const newer = { account, lane, lastAttemptId: { ne: id }, failures: { gt: 0 } }
    if (name === 'strangers') {
      const lockedUntil = rows.get(lane)?.lockedUntil ?? 0
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

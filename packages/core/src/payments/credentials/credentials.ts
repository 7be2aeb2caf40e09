import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { timingSafeEqual, formatPhc, type HashSlot, isHashable, parsePhc } from '../../kernel/crypto/index.ts'
import { BillfoldError, type ErrorCode } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { RateLimitKey } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'
import {
  batch,
  check,
  type ExpectedRows,
  isCommitError,
  type RowOf,
  update,
  type Write,
} from '../../kernel/storage/index.ts'
import type { Precondition } from '../preconditions.ts'
import { paymentCredentials } from '../tables.ts'

/** A row of `payment_credentials`. */
export type PaymentCredentialRow = RowOf<typeof paymentCredentials>

type AttemptCounter = Pick<PaymentCredentialRow, 'userId' | 'version' | 'failedAttempts'>

/** Kind of a credential that a user types in. */
export type PaymentCredentialKind = 'password' | 'pin'

/** Consecutive failed attempts that lock a credential. */
const maxFailures = 10

/** Later than any clock. */
const never = Number.MAX_SAFE_INTEGER

/**
 * Lockout duration by number of failed attempts. A PIN stays locked until it is replaced with the password. A
 * password, which nothing else can replace, is locked for 15 minutes, doubling up to one day.
 */
function lockoutMilliseconds(kind: PaymentCredentialKind, failures: number): number {
  if (kind === 'pin') return never
  const doublings = Math.min(failures / maxFailures - 1, 10)
  return Math.min(15 * 60 * 1000 * 2 ** doublings, 24 * 60 * 60 * 1000)
}

/**
 * Hashes a credential for storage, in PHC string format with the current pepper. @throws BillfoldError `server.busy`
 */
export async function hashPaymentCredential(
  { passwordHasher, keyring }: Services,
  value: string,
  source?: string,
): Promise<string> {
  const keyId = keyring.currentKeyId
  const pepper = await keyring.derive(keyId, 'pepper')
  return passwordHasher.hash(value, { pepper, keyId, ...(source !== undefined && { source }) })
}

/**
 * Verifies a user's password or PIN. The attempt is counted before the value is checked. An unknown user, a missing
 * credential, a locked one and a wrong value are indistinguishable, also by timing.
 * @returns the row if the value is correct, otherwise undefined
 * @throws BillfoldError `rate.limited` after too many failed attempts from one source, `server.busy`
 */
export async function verifyPaymentCredential(
  services: Services,
  actor: Actor,
  userId: string | undefined,
  kind: PaymentCredentialKind,
  value: string,
): Promise<PaymentCredentialRow | undefined> {
  if (!isHashable(value)) return undefined
  return services.passwordHasher.withSlot(actor.source, async (slot) => {
    await assertBelowFailedAttemptLimit(services, actor)
    const attempt = newId()
    // An unknown user runs the same reads and writes as a known one, to equalize timing.
    const row = await recordAttempt(services, userId ?? attempt, kind, attempt)
    const matches = await matchesStoredHash(services, slot, row, value)
    if (row !== undefined && matches) {
      await resetAttempts(services, slot, row, attempt, value)
      return row
    }
    await services.rateLimiter.consume(failedAttemptKey(actor), services.failedAttemptLimit)
    const audited = auditWrite(actor, 'payments.credential-rejected', userId ?? 'unknown', services.now(), { kind })
    await services.storage.commit(batch(audited))
    return undefined
  })
}

/** Precondition: the verified value has not been replaced. */
export function paymentCredentialUnchanged(
  { userId, kind, version }: PaymentCredentialRow,
  failureCode: ErrorCode,
): Precondition {
  return { write: check(paymentCredentials, { where: { userId, kind, version } }), failureCode }
}

async function assertBelowFailedAttemptLimit(services: Services, actor: Actor): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.rateLimiter.peek(
    failedAttemptKey(actor),
    services.failedAttemptLimit,
  )
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

function failedAttemptKey(actor: Actor): RateLimitKey {
  return { name: 'failed payment credentials', subject: actor.source ?? 'unknown', tenant: actor.tenant }
}

/** Counts an attempt. Returns the row, or undefined if there is none or it is locked. */
async function recordAttempt(
  services: Services,
  userId: string,
  kind: PaymentCredentialKind,
  attempt: string,
): Promise<PaymentCredentialRow | undefined> {
  for (let round = 0; round < 5; round++) {
    const [row] = await services.storage.find(paymentCredentials, { where: { userId, kind }, limit: 1 })
    const now = services.now()
    if (row === undefined || row.lockedUntil > now) {
      // No row has version -1: this commit counts nothing and equalizes timing.
      const noRow: AttemptCounter = { userId, version: -1, failedAttempts: 0 }
      await services.storage.commit(batch(...countingWrites(kind, noRow, attempt, now, 'any')))
      return undefined
    }
    try {
      await services.storage.commit(batch(...countingWrites(kind, row, attempt, now, 'one')))
      return row
    } catch (error) {
      if (!isCommitError(error)) throw error
    }
  }
  return undefined
}

/** The writes that count an attempt and lock the credential when the limit is reached. */
function countingWrites(
  kind: PaymentCredentialKind,
  { userId, version, failedAttempts }: AttemptCounter,
  attempt: string,
  now: number,
  expectedRows: ExpectedRows,
): readonly Write[] {
  const cycleStart = failedAttempts - (failedAttempts % maxFailures)
  const current = { userId, kind, version }
  const within = { gte: cycleStart, lt: cycleStart + maxFailures }
  const lockedUntil = Math.min(now + lockoutMilliseconds(kind, cycleStart + maxFailures), never)
  return [
    update(paymentCredentials, {
      where: { ...current, failedAttempts: within, lockedUntil: { lte: now } },
      set: { lastAttemptId: attempt },
      add: { failedAttempts: 1 },
      expectedRows,
    }),
    update(paymentCredentials, {
      where: { ...current, failedAttempts: cycleStart + maxFailures },
      set: { lockedUntil },
      expectedRows: 'any',
    }),
  ]
}

/** Hashes even without a row, to equalize timing. */
async function matchesStoredHash(
  services: Services,
  slot: HashSlot,
  row: PaymentCredentialRow | undefined,
  value: string,
): Promise<boolean> {
  const { keyring, passwordHasher } = services
  const stored = row === undefined ? undefined : parsePhc(row.phc)
  const pepper = await keyring.derive(stored?.keyId ?? keyring.currentKeyId, 'pepper')
  const inputs = { pepper, salt: stored?.salt ?? new Uint8Array(16), cost: stored?.cost ?? passwordHasher.cost }
  const hash = await passwordHasher.deriveUnqueued(slot, value, inputs)
  return stored !== undefined && timingSafeEqual(hash, stored.hash)
}

/**
 * Resets the counter. If a newer attempt was counted meanwhile, subtracts only this one and leaves any lock in place.
 */
async function resetAttempts(
  services: Services,
  slot: HashSlot,
  row: PaymentCredentialRow,
  attempt: string,
  value: string,
): Promise<void> {
  const current = { userId: row.userId, kind: row.kind, version: row.version }
  const phc = await rehashIfOutdated(services, slot, row, value)
  await services.storage.commit(
    batch(
      update(paymentCredentials, {
        where: { ...current, lastAttemptId: attempt },
        set: { failedAttempts: 0, lockedUntil: 0, lastAttemptId: null, ...(phc !== undefined && { phc }) },
        expectedRows: 'any',
      }),
      update(paymentCredentials, {
        where: { ...current, lastAttemptId: { ne: attempt }, failedAttempts: { gt: 0 } },
        add: { failedAttempts: -1 },
        expectedRows: 'any',
      }),
    ),
  )
}

/** Rehashes the value if the stored hash uses an older pepper or another cost. */
async function rehashIfOutdated(
  { keyring, passwordHasher }: Services,
  slot: HashSlot,
  row: PaymentCredentialRow,
  value: string,
): Promise<string | undefined> {
  const { keyId, cost, salt } = parsePhc(row.phc)
  const wanted = passwordHasher.cost
  if (keyId === keyring.currentKeyId && cost.logN === wanted.logN && cost.r === wanted.r && cost.p === wanted.p)
    return undefined
  const pepper = await keyring.derive(keyring.currentKeyId, 'pepper')
  const hash = await passwordHasher.deriveUnqueued(slot, value, { pepper, salt, cost: wanted })
  return formatPhc({ cost: wanted, keyId: keyring.currentKeyId, salt, hash })
}

import { type Actor, auditRecord } from '../audit/record.ts'
import { equalSecrets, formatPhc, isHashable, parsePhc } from '../crypto/index.ts'
import { BillfoldError, type ErrorCode } from '../errors.ts'
import { newId } from '../ids.ts'
import type { RateLimitKey } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'
import { batch, check, type Hits, isCommitError, type RowOf, update, type Write } from '../storage/index.ts'
import type { Held } from './held.ts'
import { typedSecrets } from './tables.ts'

/** A row of `payment_credentials`. */
export type TypedSecretRow = RowOf<typeof typedSecrets>

type AttemptCounter = Pick<TypedSecretRow, 'userId' | 'version' | 'failures'>

/** Kind of a credential that a user types in. */
export type SecretKind = 'password' | 'pin'

/** Consecutive failed attempts that lock a credential. */
const maxFailures = 10

/** Later than any clock. */
const never = Number.MAX_SAFE_INTEGER

/**
 * Lockout duration by number of failed attempts. A PIN stays locked until it is replaced with the password. A
 * password, which nothing else can replace, is locked for 15 minutes, doubling up to one day.
 */
function lockoutMilliseconds(kind: SecretKind, failures: number): number {
  if (kind === 'pin') return never
  const doublings = Math.min(failures / maxFailures - 1, 10)
  return Math.min(15 * 60 * 1000 * 2 ** doublings, 24 * 60 * 60 * 1000)
}

/**
 * Hashes a credential for storage, in PHC string format with the current pepper. @throws BillfoldError `server.busy`
 */
export async function hashSecret({ slowHash, keyring }: Services, value: string, source?: string): Promise<string> {
  const keyId = keyring.currentKeyId
  const pepper = await keyring.derive(keyId, 'pepper')
  return slowHash.hash(value, { pepper, keyId, ...(source !== undefined && { source }) })
}

/**
 * Verifies a user's password or PIN. The attempt is counted before the value is checked. An unknown user, a missing
 * credential, a locked one and a wrong value are indistinguishable, also by timing.
 * @returns the row if the value is correct, otherwise undefined
 * @throws BillfoldError `rate.limited` after too many failed attempts from one source, `server.busy`
 */
export async function verifySecret(
  services: Services,
  actor: Actor,
  userId: string | undefined,
  kind: SecretKind,
  value: string,
): Promise<TypedSecretRow | undefined> {
  if (!isHashable(value)) return undefined
  return services.slowHash.turn(actor.source, async () => {
    await assertBelowFailedAttemptLimit(services, actor)
    const attempt = newId()
    // An unknown user runs the same reads and writes as a known one, to equalize timing.
    const row = await recordAttempt(services, userId ?? attempt, kind, attempt)
    const matches = await matchesStoredHash(services, row, value)
    if (row !== undefined && matches) {
      await resetAttempts(services, row, attempt, value)
      return row
    }
    await services.limiter.take(failedAttemptKey(actor), services.wrongValues)
    const audited = auditRecord(actor, 'payments.secret-refused', userId ?? 'unknown', services.now(), { kind })
    await services.storage.commit(batch(audited))
    return undefined
  })
}

/** Precondition: the verified value has not been replaced. */
export function stillThatSecret({ userId, kind, version }: TypedSecretRow, otherwise: ErrorCode): Held {
  return { write: check(typedSecrets, { where: { userId, kind, version } }), otherwise }
}

async function assertBelowFailedAttemptLimit(services: Services, actor: Actor): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.limiter.look(failedAttemptKey(actor), services.wrongValues)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

function failedAttemptKey(actor: Actor): RateLimitKey {
  return { name: 'failed payment credentials', subject: actor.source ?? 'unknown', tenant: actor.tenant }
}

/** Counts an attempt. Returns the row, or undefined if there is none or it is locked. */
async function recordAttempt(
  services: Services,
  userId: string,
  kind: SecretKind,
  attempt: string,
): Promise<TypedSecretRow | undefined> {
  for (let round = 0; round < 5; round++) {
    const [row] = await services.storage.find(typedSecrets, { where: { userId, kind }, limit: 1 })
    const now = services.now()
    if (row === undefined || row.lockedUntil > now) {
      // No row has version -1: this commit counts nothing and equalizes timing.
      const noRow: AttemptCounter = { userId, version: -1, failures: 0 }
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
  kind: SecretKind,
  { userId, version, failures }: AttemptCounter,
  attempt: string,
  now: number,
  hits: Hits,
): readonly Write[] {
  const cycleStart = failures - (failures % maxFailures)
  const current = { userId, kind, version }
  const within = { gte: cycleStart, lt: cycleStart + maxFailures }
  const lockedUntil = Math.min(now + lockoutMilliseconds(kind, cycleStart + maxFailures), never)
  return [
    update(typedSecrets, {
      where: { ...current, failures: within, lockedUntil: { lte: now } },
      set: { lastAttempt: attempt },
      add: { failures: 1 },
      hits,
    }),
    update(typedSecrets, {
      where: { ...current, failures: cycleStart + maxFailures },
      set: { lockedUntil },
      hits: 'any',
    }),
  ]
}

/** Hashes even without a row, to equalize timing. */
async function matchesStoredHash(services: Services, row: TypedSecretRow | undefined, value: string): Promise<boolean> {
  const { keyring, slowHash } = services
  const stored = row === undefined ? undefined : parsePhc(row.phc)
  const pepper = await keyring.derive(stored?.keyId ?? keyring.currentKeyId, 'pepper')
  const inputs = { pepper, salt: stored?.salt ?? new Uint8Array(16), cost: stored?.cost ?? slowHash.cost }
  const hash = await slowHash.deriveNow(value, inputs)
  return stored !== undefined && equalSecrets(hash, stored.hash)
}

/**
 * Resets the counter. If a newer attempt was counted meanwhile, subtracts only this one and leaves any lock in place.
 */
async function resetAttempts(services: Services, row: TypedSecretRow, attempt: string, value: string): Promise<void> {
  const current = { userId: row.userId, kind: row.kind, version: row.version }
  const phc = await rehashIfOutdated(services, row, value)
  await services.storage.commit(
    batch(
      update(typedSecrets, {
        where: { ...current, lastAttempt: attempt },
        set: { failures: 0, lockedUntil: 0, lastAttempt: null, ...(phc !== undefined && { phc }) },
        hits: 'any',
      }),
      update(typedSecrets, {
        where: { ...current, lastAttempt: { ne: attempt }, failures: { gt: 0 } },
        add: { failures: -1 },
        hits: 'any',
      }),
    ),
  )
}

/** Rehashes the value if the stored hash uses an older pepper or another cost. */
async function rehashIfOutdated(
  { keyring, slowHash }: Services,
  row: TypedSecretRow,
  value: string,
): Promise<string | undefined> {
  const { keyId, cost, salt } = parsePhc(row.phc)
  const wanted = slowHash.cost
  if (keyId === keyring.currentKeyId && cost.logN === wanted.logN && cost.r === wanted.r && cost.p === wanted.p)
    return undefined
  const pepper = await keyring.derive(keyring.currentKeyId, 'pepper')
  const hash = await slowHash.deriveNow(value, { pepper, salt, cost: wanted })
  return formatPhc({ cost: wanted, keyId: keyring.currentKeyId, salt, hash })
}

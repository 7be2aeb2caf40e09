import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { timingSafeEqual, formatPhc, type HashSlot, isHashable, parsePhc } from '../../kernel/crypto/index.ts'
import { BillfoldError, type ErrorCode } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { RateLimitKey } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'
import { securityNoticeWrites } from '../../identity/security-notices/security-notice.ts'
import { batch, check, type RowOf, update, type Write } from '../../kernel/storage/index.ts'
import type { Precondition } from '../preconditions.ts'
import { paymentCredentials } from '../tables.ts'
import type { PaymentCredentialKind } from './attempt-lanes.ts'
import { countAttempt, type CountedAttempt, succeedAttemptWrites } from './count-attempt.ts'

/** A row of `payment_credentials`. */
export type PaymentCredentialRow = RowOf<typeof paymentCredentials>

/**
 * Hashes a credential for storage, in PHC string format with the current pepper. @throws BillfoldError `server.busy`
 */
export async function hashPaymentCredential(
  { passwordHasher, keyring }: Services,
  value: string,
  requester: Pick<Actor, 'source' | 'isAnonymous'>,
): Promise<string> {
  const keyId = keyring.currentKeyId
  const pepper = await keyring.derive(keyId, 'pepper')
  const { source, isAnonymous } = requester
  return passwordHasher.hash(value, { pepper, keyId, source, isAnonymous })
}

/**
 * Verifies a user's password or PIN. The attempt is counted before the value is checked: at a PIN for the account, at a
 * password for the caller's source address or API key and, unless the user has been there before, for all strangers
 * together. An unknown user, a missing credential, a locked one and a wrong value are indistinguishable, also by timing.
 * @param presented what an unknown user was looked up by, normalized; attempts at it are counted as for a known user
 * @returns the row if the value is correct, otherwise undefined
 * @throws BillfoldError `rate.limited` after too many failed attempts of one caller, `server.busy`
 */
export async function verifyPaymentCredential(
  services: Services,
  actor: Actor,
  userId: string | undefined,
  kind: PaymentCredentialKind,
  value: string,
  presented?: string,
): Promise<PaymentCredentialRow | undefined> {
  if (!isHashable(value)) return undefined
  return services.passwordHasher.withSlot(actor, async (slot) => {
    await assertBelowFailedAttemptLimit(services, actor)
    const attempt = await countAttempt(services, actor, { userId, kind, presented }, newId())
    const where = { userId: userId ?? attempt.id, kind }
    const [row] = await services.storage.find(paymentCredentials, { where, limit: 1 })
    const matches = await matchesStoredHash(services, slot, attempt.isRefused ? undefined : row, value)
    if (row !== undefined && matches) {
      const renewal = await renewalWrites(services, slot, row, value)
      await services.storage.commit(batch(...(await succeedAttemptWrites(services, actor, attempt)), ...renewal))
      return row
    }
    await services.rateLimiter.consume(failedAttemptKey(actor), services.failedAttemptLimit)
    const audited = auditWrite(actor, 'payments.credential-rejected', userId ?? 'unknown', services.now(), { kind })
    await services.storage.commit(batch(audited, ...(await lockedWrites(services, actor, userId, kind, attempt))))
    return undefined
  })
}

/** Tells the user about the first lock. For an unknown user, the same work is done and nothing is written. */
async function lockedWrites(
  services: Services,
  { tenant }: Actor,
  userId: string | undefined,
  kind: PaymentCredentialKind,
  { id, newlyLocked }: CountedAttempt,
): Promise<readonly Write[]> {
  const [lane] = newlyLocked
  if (lane === undefined) return []
  const scope = { account: 'everybody', strangers: 'new-sources', own: 'one-source' } as const
  const notice = await securityNoticeWrites(services, {
    tenant,
    topic: 'security.credential-locked',
    userId: userId ?? id,
    detail: { credential: kind, lockedFor: scope[lane.name] },
  })
  if (userId === undefined) return []
  const data = { userId, credential: kind, lockedFor: scope[lane.name] } as const
  return [...notice, ...eventWrites(services, tenant, 'payment-credential.locked', data)]
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

/** Callers with an API key are counted on their own, so that strangers behind the same address cannot block them. */
function failedAttemptKey({ tenant, source = 'unknown', credentialId }: Actor): RateLimitKey {
  const subject = credentialId === undefined ? source : `${credentialId} ${source}`
  return { name: 'failed payment credentials', subject, tenant }
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

/** Returns the write that renews a hash with an older pepper or another cost, unless the value was replaced meanwhile. */
async function renewalWrites(
  { keyring, passwordHasher }: Services,
  slot: HashSlot,
  { userId, kind, version, phc }: PaymentCredentialRow,
  value: string,
): Promise<readonly Write[]> {
  const { keyId, cost, salt } = parsePhc(phc)
  const wanted = passwordHasher.cost
  if (keyId === keyring.currentKeyId && cost.logN === wanted.logN && cost.r === wanted.r && cost.p === wanted.p)
    return []
  const pepper = await keyring.derive(keyring.currentKeyId, 'pepper')
  const hash = await passwordHasher.deriveUnqueued(slot, value, { pepper, salt, cost: wanted })
  const set = { phc: formatPhc({ cost: wanted, keyId: keyring.currentKeyId, salt, hash }) }
  return [update(paymentCredentials, { where: { userId, kind, version }, set, expectedRows: 'any' })]
}

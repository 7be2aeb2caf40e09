import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { check, retryOnConflict, insert, isCommitError, update } from '../../kernel/storage/index.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { securityNoticeWrites } from '../../identity/security-notices/security-notice.ts'
import { computeAttemptAccount } from './attempt-lanes.ts'
import { resetAttemptsWrite } from './count-attempt.ts'
import { commitWithPreconditions, type Precondition } from '../preconditions.ts'
import type { Identifier } from '../../identity/users/identifiers.ts'
import { payments as paymentTable, paymentCredentials } from '../tables.ts'
import { findPaymentFrom } from '../two-leg/find-payment-from.ts'
import { hashPaymentPin, paymentCredentialUnchanged, verifyPaymentCredential } from './credentials.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/**
 * Length of a lock PIN in characters. Its last part (M3, 8 characters) can be disclosed to the receiver of a payment.
 */
const lockPinLength = 19
const m3Length = 8

/** Authorization to set a PIN: the old PIN or the password. */
export interface PinChangeAuthorization {
  readonly oldPin?: string | undefined
  readonly password?: string | undefined
  /** True if the first PIN needs the password too. Replacing a PIN always needs an authorization. */
  readonly firstNeedsPassword?: boolean
}

/**
 * Sets the payment PIN of a user: a lock PIN of 19 characters, or a plain PIN of 4 to 18. Replacing a PIN requires
 * the old PIN or the password. The PIN is stored as a password hash; the last 8 characters of a lock PIN are sealed
 * in addition.
 * @throws BillfoldError `pin.invalid-format`, `pin.authorization-required`, and the failure codes of `preconditions`
 */
export async function setPaymentPin(
  services: Services,
  actor: Actor,
  userId: string,
  pin: string,
  changeAuthorization: PinChangeAuthorization,
  preconditions: readonly Precondition[] = [],
): Promise<void> {
  const characters = [...pin]
  if (characters.length < 4 || characters.length > lockPinLength) throw new BillfoldError('pin.invalid-format')
  const { tenant } = actor
  const [before] = await services.storage.find(paymentCredentials, { where: { userId, kind: 'pin' }, limit: 1 })
  const isFree = before === undefined && changeAuthorization.firstNeedsPassword !== true
  const authorization = isFree ? [] : [await authorizePinChange(services, actor, userId, changeAuthorization)]
  const phc = await hashPaymentPin(services, pin, actor)
  const m3 = characters.length === lockPinLength ? characters.slice(-m3Length).join('') : undefined
  const sealedM3 =
    m3 === undefined
      ? null
      : await seal(services.keyring, new TextEncoder().encode(m3), encryptionContext(tenant, userId))
  const write =
    before === undefined
      ? insert(paymentCredentials, {
          userId,
          kind: 'pin',
          tenant,
          phc,
          sealedM3,
          version: 1,
        })
      : update(paymentCredentials, {
          where: { userId, kind: 'pin', version: before.version },
          set: { phc, sealedM3 },
          add: { version: 1 },
        })
  try {
    const audited = auditWrite(actor, 'payments.pin-set', userId, services.now())
    const account = await computeAttemptAccount(services, tenant, { userId, kind: 'pin' })
    await commitWithPreconditions(
      services,
      [...preconditions, ...authorization],
      audited,
      write,
      resetAttemptsWrite(account),
      ...eventWrites(services, tenant, 'payment-pin.set', { userId }),
      ...(await securityNoticeWrites(services, { tenant, topic: 'security.pin-set', userId })),
    )
  } catch (error) {
    // The PIN was set concurrently: replacing it needs its own authorization.
    if (isCommitError(error)) throw new BillfoldError('pin.authorization-required', { cause: error })
    throw error
  }
}

async function authorizePinChange(
  services: Services,
  actor: Actor,
  userId: string,
  { oldPin, password }: PinChangeAuthorization,
): Promise<Precondition> {
  const credential =
    password !== undefined
      ? await verifyPaymentCredential(services, actor, userId, 'password', password)
      : oldPin !== undefined
        ? await verifyPaymentCredential(services, actor, userId, 'pin', oldPin)
        : undefined
  if (credential === undefined) throw new BillfoldError('pin.authorization-required')
  return paymentCredentialUnchanged(credential, 'pin.authorization-required')
}

/**
 * Verifies a user's payment PIN. A missing, a wrong and a locked PIN give the same error.
 * @returns the precondition that the PIN is unchanged
 * @throws BillfoldError `pin.incorrect`
 */
export async function verifyPaymentPin(
  services: Services,
  actor: Actor,
  userId: string,
  pin: string,
): Promise<Precondition> {
  const secret = await verifyPaymentCredential(services, actor, userId, 'pin', pin)
  if (secret === undefined) throw new BillfoldError('pin.incorrect')
  return paymentCredentialUnchanged(secret, 'pin.incorrect')
}

/**
 * Discloses the last part (M3) of a sender's lock PIN to the receiver of a pending payment, and records that in the
 * audit log.
 * @throws BillfoldError `payment.not-found` if there is no such payment or the sender has no lock PIN; the failure
 *   codes of `preconditions`
 */
export async function discloseM3Part(
  services: Services,
  actor: Actor,
  receiverId: string,
  sender: readonly Identifier[],
  preconditions: readonly Precondition[] = [],
): Promise<string> {
  const { tenant } = actor
  return retryOnConflict(async () => {
    const now = services.now()
    const pending = await findPaymentFrom(services, tenant, receiverId, sender)
    if (pending === undefined) throw new BillfoldError('payment.not-found')
    const { senderId } = pending
    const [secret] = await services.storage.find(paymentCredentials, {
      where: { userId: senderId, kind: 'pin' },
      limit: 1,
    })
    if (secret === undefined || secret.sealedM3 === null) throw new BillfoldError('payment.not-found')
    const plain = await open(services.keyring, secret.sealedM3, encryptionContext(tenant, senderId))
    await commitWithPreconditions(
      services,
      preconditions,
      auditWrite(actor, 'payments.m3-disclosed', senderId, now, { payment: pending.id }),
      check(paymentTable, { where: { id: pending.id, state: 'pending' } }),
      paymentCredentialUnchanged(secret, 'payment.not-found').write,
    )
    return new TextDecoder().decode(plain)
  })
}

function encryptionContext(tenant: string, userId: string): EncryptionContext {
  return { tenant, table: paymentCredentials.name, row: `${userId}:pin`, field: 'm3' }
}

/** The column that key rotation re-encrypts. */
export const sealedLockPins = sealedColumn(paymentCredentials, 'sealedM3', ({ tenant, userId }) =>
  encryptionContext(tenant, userId),
)
